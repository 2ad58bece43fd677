using System.Buffers.Binary;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Tests.Loads;

/// <summary>The judged load of random messages: nothing that S says breaks the runtime, costs a reference, or spoils the next call.</summary>
/// <remarks>MINK_LOAD_MESSAGES sets another number of messages.</remarks>
public sealed class RandomMessageTests
{
    private static int Messages => int.TryParse(Environment.GetEnvironmentVariable("MINK_LOAD_MESSAGES"), out var messages) ? messages : 50_000;

    [Fact]
    public void Given_random_messages_from_S_When_they_were_all_served_Then_nothing_leaks_and_the_next_call_works() => Rig.Simulate(async rig =>
    {
        var hostile = new Hostile(rig, new Dice(4711));
        rig.World.RecordsMax = 0;
        rig.World.Otherwise = hostile.Serve;
        rig.World.OnRelease = hostile.Serve;
        while (rig.World.Entered < Messages) await Task.WhenAll(hostile.Call(), hostile.Call(), hostile.Call());

        rig.World.OnRelease = null;
        rig.World.Otherwise = static call =>
        {
            call.Complete();
            return Task.CompletedTask;
        };
        while (rig.Mink.Domain.Table.Count > 0)
        {
            var held = rig.Mink.Domain.Table.Entries().Take(900).Select(entry => entry.Id.Value).ToArray();
            rig.World.Next(call => call.Release(held).Complete());
            (await rig.Mink.Root.InvokeAsync(1)).Dispose();
        }
        await rig.NextCallWorks();
    }, seeds: 1);

    private sealed class Hostile(Rig rig, Dice dice)
    {
        private readonly KnownIds _known = new();

        public async Task Call()
        {
            var made = new List<Capability>();
            var arguments = new List<Argument>();
            for (var i = dice.Next(5); i > 0; i--)
            {
                switch (dice.Next(5))
                {
                    case 0: arguments.Add(Argument.In(new byte[dice.Next(100)])); break;
                    case 1: arguments.Add(Argument.Out(dice.Next(100))); break;
                    case 2: arguments.Add(Argument.OutObject); break;
                    case 3:
                        made.Add(rig.Mink.Export(new Callback(Answer)));
                        arguments.Add(Argument.In(made[^1]));
                        break;
                    default:
                        made.Add(rig.Mink.ShareMemory(4096));
                        arguments.Add(Argument.In(made[^1]));
                        break;
                }
            }
            try
            {
                using var reply = await rig.Mink.Root.InvokeAsync((uint)dice.Next(20), [.. arguments]);
            }
            catch (MinkTransportException)
            {
                // A refused submission is one of the things that S may do.
            }
            made.ForEach(handle => handle.Dispose());
        }

        public async Task Serve(ScriptedCall call)
        {
            if (dice.Next(50) == 0)
            {
                call.Fail(-1 - dice.Next(6));
                return;
            }
            for (var i = 0; i < call.Counts.InputObjects; i++) _known.Add(call.InputObject(i));
            for (var rounds = dice.Next(8); rounds > 0; rounds--)
            {
                for (var i = dice.Next(4); i > 0; i--) call.Release(AnyId());
                if (dice.Next(3) == 0) await call.CallBackRaw(Noise());
                else if (dice.Next(3) == 0) await call.CallBackRaw(AlmostRight());
                else await call.CallBack(AnyId(), AnyOperation(), Buffers(), [.. Enumerable.Range(0, dice.Next(3)).Select(_ => dice.Next(100))], [.. Enumerable.Range(0, dice.Next(4)).Select(_ => AnyId())], dice.Next(3));
            }
            for (var i = 0; i < call.Counts.OutputBuffers; i++) if (dice.Next(4) == 0) call.OutputSize(i, dice.Next(4) == 0 ? dice.Next(int.MinValue, int.MaxValue) : dice.Next(100));
            for (var i = 0; i < call.Counts.OutputObjects; i++) call.OutputObject(i, AnyId());
            if (dice.Next(8) == 0) call.Poke(dice.Next(200) * 4, (uint)dice.NextInt64());
            for (var i = dice.Next(4); i > 0; i--) call.Release(AnyId());
            if (dice.Next(4) == 0) Noise().CopyTo(call.Outbound.Peer(0, 4096));
            call.Return(SmcCall.Completed(dice.Next(3) == 0 ? (ResultCode)dice.Next(-110, 100) : ResultCode.Ok));
        }

        private async ValueTask<ResultCode> Answer(IncomingCall call)
        {
            switch (dice.Next(8))
            {
                case 0: throw new InvalidOperationException("An implementation that fails.");
                case 1:
                    using (await rig.Mink.Root.InvokeAsync(3)) break;
                case 2:
                    for (var i = 0; i < call.Counts.OutputObjects; i++) call.SetOutputObject(i, new Callback());
                    break;
                case 3 when call.Counts.InputObjects > 0 && call.Counts.OutputObjects > 0:
                    call.SetOutputObject(0, call.InputObject(0)?.Retain());
                    break;
                case 4 when call.Counts.OutputBuffers > 0:
                    call.SetOutputSize(0, call.OutputCapacity(0));
                    break;
            }
            return dice.Next(3) == 0 ? (ResultCode)dice.Next(-110, 100) : ResultCode.Ok;
        }

        private uint AnyId() => dice.Next(4) switch
        {
            0 => (uint)dice.NextInt64(),
            1 => (uint)dice.Next(2, 50),
            _ => _known.Pick(dice),
        };

        private uint AnyOperation() => dice.Next(6) switch
        {
            0 => 0xFFFF,
            1 => 0xFFFE,
            2 => (uint)dice.NextInt64(),
            _ => (uint)dice.Next(4),
        };

        private byte[][] Buffers()
        {
            var buffers = new byte[dice.Next(3)][];
            for (var i = 0; i < buffers.Length; i++) dice.NextBytes(buffers[i] = new byte[dice.Next(60)]);
            return buffers;
        }

        private byte[] Noise()
        {
            var bytes = new byte[dice.Next(4096)];
            dice.NextBytes(bytes);
            return bytes;
        }

        private byte[] AlmostRight()
        {
            var bytes = new byte[4096];
            uint[] words = [0, AnyId(), AnyOperation(), (uint)dice.Next(0x10000), 48, (uint)dice.Next(20), 72, (uint)dice.Next(20)];
            for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), words[i]);
            for (var i = 32; i < 512; i += 4) if (dice.Next(2) == 0) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i), AnyId());
            return bytes;
        }
    }

    /// <summary>Random numbers for scripts that run at once, as they do on threads.</summary>
    private sealed class Dice(int seed)
    {
        private readonly Random _random = new(seed);

        public int Next(int end) => Next(0, end);

        public int Next(int start, int end)
        {
            lock (_random) return _random.Next(start, end);
        }

        public long NextInt64()
        {
            lock (_random) return _random.NextInt64();
        }

        public void NextBytes(byte[] bytes)
        {
            lock (_random) _random.NextBytes(bytes);
        }
    }

    /// <summary>Ids that mean something, or did once.</summary>
    private sealed class KnownIds
    {
        private const int Always = 4;

        private readonly List<uint> _ids = [0, 1, 2, 0x80000000];

        public void Add(uint id)
        {
            lock (_ids)
            {
                _ids.Add(id);
                if (_ids.Count > 500) _ids.RemoveRange(Always, 200);
            }
        }

        public uint Pick(Dice dice)
        {
            lock (_ids) return _ids[dice.Next(_ids.Count)];
        }
    }
}
