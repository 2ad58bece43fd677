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
        var hostile = new Hostile(rig, new Random(4711));
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

    private sealed class Hostile(Rig rig, Random random)
    {
        private readonly List<uint> _known = [0, 1, 2, 0x80000000];

        public async Task Call()
        {
            var made = new List<Capability>();
            var arguments = new List<Argument>();
            for (var i = random.Next(5); i > 0; i--)
            {
                switch (random.Next(5))
                {
                    case 0: arguments.Add(Argument.In(new byte[random.Next(100)])); break;
                    case 1: arguments.Add(Argument.Out(random.Next(100))); break;
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
                using var reply = await rig.Mink.Root.InvokeAsync((uint)random.Next(20), [.. arguments]);
            }
            catch (MinkTransportException)
            {
                // A refused submission is one of the things that S may do.
            }
            made.ForEach(handle => handle.Dispose());
        }

        public async Task Serve(ScriptedCall call)
        {
            if (random.Next(50) == 0)
            {
                call.Fail(-1 - random.Next(6));
                return;
            }
            for (var i = 0; i < call.Counts.InputObjects; i++) _known.Add(call.InputObject(i));
            if (_known.Count > 500) _known.RemoveRange(4, 200);
            for (var rounds = random.Next(8); rounds > 0; rounds--)
            {
                for (var i = random.Next(4); i > 0; i--) call.Release(AnyId());
                if (random.Next(3) == 0) await call.CallBackRaw(Noise());
                else if (random.Next(3) == 0) await call.CallBackRaw(AlmostRight());
                else await call.CallBack(AnyId(), AnyOperation(), Buffers(), [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(100))], [.. Enumerable.Range(0, random.Next(4)).Select(_ => AnyId())], random.Next(3));
            }
            for (var i = 0; i < call.Counts.OutputBuffers; i++) if (random.Next(4) == 0) call.OutputSize(i, random.Next(4) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(100));
            for (var i = 0; i < call.Counts.OutputObjects; i++) call.OutputObject(i, AnyId());
            if (random.Next(8) == 0) call.Poke(random.Next(200) * 4, (uint)random.NextInt64());
            for (var i = random.Next(4); i > 0; i--) call.Release(AnyId());
            if (random.Next(4) == 0) Noise().CopyTo(call.Outbound.Peer(0, 4096));
            call.Return(SmcCall.Completed(random.Next(3) == 0 ? (ResultCode)random.Next(-110, 100) : ResultCode.Ok));
        }

        private async ValueTask<ResultCode> Answer(IncomingCall call)
        {
            switch (random.Next(8))
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
            return random.Next(3) == 0 ? (ResultCode)random.Next(-110, 100) : ResultCode.Ok;
        }

        private uint AnyId() => random.Next(4) switch
        {
            0 => (uint)random.NextInt64(),
            1 => (uint)random.Next(2, 50),
            _ => _known[random.Next(_known.Count)],
        };

        private uint AnyOperation() => random.Next(6) switch
        {
            0 => 0xFFFF,
            1 => 0xFFFE,
            2 => (uint)random.NextInt64(),
            _ => (uint)random.Next(4),
        };

        private byte[][] Buffers()
        {
            var buffers = new byte[random.Next(3)][];
            for (var i = 0; i < buffers.Length; i++) random.NextBytes(buffers[i] = new byte[random.Next(60)]);
            return buffers;
        }

        private byte[] Noise()
        {
            var bytes = new byte[random.Next(4096)];
            random.NextBytes(bytes);
            return bytes;
        }

        private byte[] AlmostRight()
        {
            var bytes = new byte[4096];
            uint[] words = [0, AnyId(), AnyOperation(), (uint)random.Next(0x10000), 48, (uint)random.Next(20), 72, (uint)random.Next(20)];
            for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), words[i]);
            for (var i = 32; i < 512; i += 4) if (random.Next(2) == 0) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i), AnyId());
            return bytes;
        }
    }
}
