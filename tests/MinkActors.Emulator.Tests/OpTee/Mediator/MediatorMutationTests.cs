using MinkActors.Emulator.OpTee.Mediator;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.Tests.OpTee.Mediator;

/// <summary>
/// A guest that changes its pages while a call runs (issue 6; spec/11 I-08). Each story is told once undisturbed, and then once for
/// every access of the mediator to the guest's memory, with all pages that it has looked at so far changed at that very access.
/// OP-TEE must see the same registers and the same shadow pages each time, and the guest the same results.
/// </summary>
public sealed class MediatorMutationTests
{
    private const ulong Cookie = 0x20;
    private const ulong ShadowBase = 0x8_8000_0000;
    private const ulong SecondList = 0x4002_0000;
    private const ulong SecondData = 0x6000_0000;

    private static readonly Dictionary<string, Action<Story>> Stories = new()
    {
        ["open"] = story =>
        {
            story.Guest.Write(OpTeeCommand.OpenSession, OpTeeParameter.UuidValue(OpTeeAttribute.MetaValueInput, new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
                OpTeeParameter.UuidValue(OpTeeAttribute.MetaValueInput, Guid.Empty), OpTeeParameter.Value(OpTeeParameterType.ValueInOut, 1, 2, 3));
            story.CallAndEnd();
        },
        ["invoke with a page list"] = story =>
        {
            story.Guest.Write(OpTeeCommand.InvokeCommand, story.Guest.Buffer(3, 0xA, offset: 16), OpTeeParameter.Value(OpTeeParameterType.ValueInput, 1, 2, 3));
            story.CallAndEnd();
        },
        ["invoke with lists of one and of two list pages"] = story =>
        {
            story.Guest.Write(OpTeeCommand.InvokeCommand, story.Guest.Buffer(511, 0xA), story.Guest.Buffer(600, 0xB, list: SecondList, data: SecondData, offset: 8),
                OpTeeParameter.Value(OpTeeParameterType.ValueOutput), OpTeeParameter.Registered(OpTeeParameterType.RegisteredInOut, 4, 8, 0xC));
            story.CallAndEnd();
        },
        ["127 parameters"] = story =>
        {
            story.Guest.Write(OpTeeCommand.InvokeCommand, [.. Enumerable.Range(0, 127).Select(i => OpTeeParameter.Value(OpTeeParameterType.ValueInOut, (ulong)i))]);
            story.CallAndEnd();
        },
        ["register and unregister"] = story =>
        {
            story.Guest.Write(OpTeeCommand.RegisterSharedMemory, story.Guest.Buffer(600, 0xA, OpTeeParameterType.TemporaryOutput));
            story.CallAndEnd();
            story.Guest.Write(OpTeeCommand.UnregisterSharedMemory, OpTeeParameter.Registered(OpTeeParameterType.RegisteredInput, 0, 0, 0xA));
            story.CallAndEnd();
        },
        ["a register that OP-TEE refuses"] = story =>
        {
            story.Guest.Write(OpTeeCommand.RegisterSharedMemory, story.Guest.Buffer(2, 0xA, OpTeeParameterType.TemporaryOutput));
            story.CallAndEnd(TeeResult.BadParameters);
        },
        ["close and cancel"] = story =>
        {
            story.Guest.Write(OpTeeCommand.Cancel);
            story.CallAndEnd();
            story.Guest.Write(OpTeeCommand.CloseSession);
            story.CallAndEnd();
        },
        ["refused: contiguous memory behind a good list"] = story =>
        {
            story.Guest.Write(OpTeeCommand.InvokeCommand, story.Guest.Buffer(3, 0xA), OpTeeParameter.Temporary(OpTeeParameterType.TemporaryInput, 0x5000_0000, 4, 1));
            story.Call();
        },
        ["refused: an entry with low bits"] = story =>
        {
            var bad = story.Guest.Buffer(3, 0xA);
            story.Guest[MediatedGuest.List][8] = 1;
            story.Guest.Write(OpTeeCommand.InvokeCommand, bad);
            story.Call();
        },
        ["refused: a command beyond the last"] = story =>
        {
            story.Guest.Write(OpTeeCommand.DoBottomHalf);
            story.Call();
        },
        ["an RPC answered"] = story =>
        {
            var (call, shadow) = story.Begin();
            OpTeeRpcMessages.GetTime(story.Guest.Shadows.Bytes(shadow));
            story.Ask(call);
            story.Answer(OpTeeParameter.Value(OpTeeParameterType.ValueOutput, 1_700_000_000, 5));
            story.Resume();
            story.End(call);
        },
        ["an RPC that names memory"] = story =>
        {
            var (call, shadow) = story.Begin();
            OpTeeRpcMessages.LoadApplication(story.Guest.Shadows.Bytes(shadow), Guid.Empty, OpTeeParameter.Temporary(OpTeeParameterType.TemporaryOutput, 0x9_0000_0000, 64, 0x77));
            story.Ask(call);
            story.Answer(OpTeeParameter.Value(OpTeeParameterType.ValueInput), OpTeeParameter.Temporary(OpTeeParameterType.TemporaryOutput, 0x1234_5000, 32, 0x77));
            story.Resume();
            story.End(call);
        },
        ["memory given and freed by RPC"] = story =>
        {
            var (call, shadow) = story.Begin();
            OpTeeRpcMessages.AllocateShared(story.Guest.Shadows.Bytes(shadow), OpTeeSharedMemoryKind.Application, 600 * 4096, 8);
            story.Ask(call);
            story.Answer(story.Guest.Buffer(600, 0xAB, OpTeeParameterType.TemporaryOutput));
            story.Resume();
            OpTeeRpcMessages.FreeShared(story.Guest.Shadows.Bytes(shadow), OpTeeSharedMemoryKind.Application, 0xAB);
            story.Ask(call);
            story.Answer(OpTeeParameter.Value(OpTeeParameterType.ValueInput, 0, 0xAB));
            story.Resume();
            story.End(call);
        },
        ["memory given by RPC that cannot be translated"] = story =>
        {
            var (call, shadow) = story.Begin();
            OpTeeRpcMessages.AllocateShared(story.Guest.Shadows.Bytes(shadow), OpTeeSharedMemoryKind.Application, 8192, 8);
            story.Ask(call);
            var buffer = story.Guest.Buffer(2, 0xAB, OpTeeParameterType.TemporaryOutput);
            story.Guest.Take(MediatedGuest.Data + 0x1000);
            story.Answer(buffer);
            story.Resume();
            story.Answer(OpTeeParameter.Value(OpTeeParameterType.ValueInput, 0, 0xAB));
            story.Resume();
            story.End(call);
        },
    };

    private static readonly Dictionary<string, Action<byte[]>> Changes = new()
    {
        ["all ones"] = page => page.AsSpan().Fill(0xFF),
        ["zeroes"] = page => Array.Clear(page),
        ["other counts, commands and attributes"] = page =>
        {
            for (var i = 0; i < page.Length; i += 4) page[i] ^= 0x05;
        },
        ["other addresses and cookies"] = page =>
        {
            for (var i = 1; i < page.Length; i += 8) page[i] ^= 0x10;
        },
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var story in Stories.Keys)
            {
                foreach (var change in Changes.Keys)
                {
                    cases.Add(story, change);
                }
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Check06_M10_M14_M23_M27_Given_a_guest_that_changes_its_pages_at_the_nth_access_When_it_calls_Then_OPTEE_and_the_guest_see_the_undisturbed_run(string story, string change)
    {
        var undisturbed = Story.Tell(Stories[story], changeAt: 0, Changes[change]);
        Assert.True(undisturbed.Accesses > 0);

        for (var n = 1; n <= undisturbed.Accesses; n++)
        {
            var disturbed = Story.Tell(Stories[story], n, Changes[change]);
            Assert.True(disturbed.WasChanged, $"nothing was changed at access {n}");
            Assert.Equal(undisturbed.Accesses, disturbed.Accesses);
            Assert.Equal(undisturbed.Transcript, disturbed.Transcript);
        }
        // And by one that never keeps still.
        Assert.Equal(undisturbed.Transcript, Story.Tell(Stories[story], changeAt: -1, Changes[change]).Transcript);
    }

    [Theory]
    [InlineData("open", 1, 0)]
    [InlineData("invoke with lists of one and of two list pages", 1, 3)]
    [InlineData("127 parameters", 1, 0)]
    [InlineData("register and unregister", 2, 2)]
    [InlineData("an RPC answered", 1, 0)]
    public void M10_Given_a_call_When_it_is_mediated_Then_its_message_and_each_list_page_are_read_exactly_once(string story, int messageReads, int listReads)
    {
        var told = Story.Tell(Stories[story], changeAt: 0, Changes["zeroes"]);

        Assert.Equal(messageReads, told.Reads.GetValueOrDefault(MediatedGuest.Message));
        var lists = told.Reads.Where(read => read.Key is not (MediatedGuest.Message or MediatedGuest.RpcPage)).ToList();
        Assert.Equal(listReads, lists.Count);
        Assert.All(lists, read => Assert.Equal(1, read.Value));
    }

    /// <summary>One guest, played from a script; everything that OP-TEE and the guest could see goes into the transcript.</summary>
    private sealed class Story
    {
        private readonly HashSet<ulong> _seen = [];
        private readonly int _changeAt;
        private readonly Action<byte[]> _change;
        private MediatorStep _last;

        private Story(int changeAt, Action<byte[]> change)
        {
            (_changeAt, _change) = (changeAt, change);
            Guest.AfterRead = page =>
            {
                Reads[page] = Reads.GetValueOrDefault(page) + 1;
                Accessed(page);
            };
            Guest.BeforeMap = Accessed;
        }

        public MediatedGuest Guest { get; } = new(limits: new(PagesPerBuffer: 1000));
        public List<string> Transcript { get; } = [];
        public Dictionary<ulong, int> Reads { get; } = [];
        public int Accesses { get; private set; }
        public bool WasChanged { get; private set; }

        public static Story Tell(Action<Story> story, int changeAt, Action<byte[]> change)
        {
            var told = new Story(changeAt, change);
            story(told);
            told.Note($"{told.Guest.PinCount} pins, {told.Guest.Mediator.SharedBufferCount} buffers, {told.Guest.Mediator.SharedPages} pages, {told.Guest.Shadows.Live} shadows, {told.Guest.Mediator.Calls.Count} calls");
            return told;
        }

        public MediatorStep Call() => Step(Guest.Call());

        /// <summary>A call that OP-TEE ends at once, with every output changed.</summary>
        public void CallAndEnd(TeeResult result = TeeResult.Success)
        {
            var attributes = Attributes(Guest[MediatedGuest.Message]);
            var sent = Call();
            Assert.True(sent.EntersSecureWorld);
            OutputsOf(sent);
            Step(Guest.Done(sent.Call!, sent, result));
            Results(attributes);
        }

        /// <summary>A call with an RPC buffer, in flight.</summary>
        public (MediatedCall Call, ulong Shadow) Begin()
        {
            Guest.Write(OpTeeCommand.InvokeCommand, OpTeeParameter.Value(OpTeeParameterType.ValueInOut, 1));
            return Guest.CallWithRpcBuffer(Cookie);
        }

        public void Ask(MediatedCall call)
        {
            Step(Guest.Rpc(call, OpTeeRpcFunction.Command, 1, Cookie));
            // What the guest is shown; behind it the page is its own.
            Assert.True(OpTeeMessage.TryRead(Guest[MediatedGuest.RpcPage], out var shown, out _));
            Note(Convert.ToHexString(Guest[MediatedGuest.RpcPage].AsSpan(0, (int)OpTeeMessage.SizeOf(shown.Parameters))));
        }

        public void Answer(params OpTeeParameter[] parameters)
        {
            var page = Guest[MediatedGuest.RpcPage];
            for (var i = 0; i < parameters.Length; i++) OpTeeMessage.WriteParameter(page, i, parameters[i]);
            OpTeeMessage.WriteParameterCount(page, (uint)parameters.Length);
            OpTeeMessage.WriteOutcome(page, TeeResult.Success, TeeOrigin.Comms);
        }

        public void Resume() => Step(Guest.Resume(1));

        public void End(MediatedCall call)
        {
            Assert.True(_last.EntersSecureWorld);
            Step(Guest.Mediator.Returned(call, OpTeeRegisters.Return(OpTeeReturn.Ok)));
            Results([OpTeeAttribute.Of(OpTeeParameterType.ValueInOut)]);
        }

        private MediatorStep Step(MediatorStep step)
        {
            _last = step;
            Note($"{(step.EntersSecureWorld ? "down" : "up")} {string.Join(' ', Enumerable.Range(0, 8).Select(i => step.Registers[i].ToString("x")))}");
            for (var page = ShadowBase; page < ShadowBase + (64 * 4096); page += 4096)
            {
                if (Guest.Shadows.TryMap(page, out var bytes)) Note($"{page:x} {Convert.ToHexString(bytes)}");
            }
            return step;
        }

        private void OutputsOf(in MediatorStep sent)
        {
            var shadow = Guest.Shadow(sent);
            OpTeeMessage.WriteSession(shadow, 77);
            OpTeeMessage.TryReadHeader(shadow, out var header);
            for (var i = 0; i < header.Parameters; i++)
            {
                var parameter = OpTeeMessage.ReadParameter(shadow, i);
                OpTeeMessage.WriteParameter(shadow, i, parameter with { B = 9, C = parameter.Attribute.IsValue ? 10 : parameter.C });
            }
        }

        /// <summary>What M27 writes back, and nothing else: the rest of the page is the guest's own.</summary>
        private void Results(OpTeeAttribute[] attributes)
        {
            var page = Guest[MediatedGuest.Message];
            Note(Convert.ToHexString(page.AsSpan(8, 4)) + Convert.ToHexString(page.AsSpan(20, 8)));
            for (var i = 0; i < attributes.Length; i++)
            {
                if (!attributes[i].IsOutput) continue;
                var at = OpTeeMessage.ParameterOffset(i);
                Note(Convert.ToHexString(attributes[i].IsValue ? page.AsSpan(at + 8, 24) : page.AsSpan(at + 16, 8)));
            }
        }

        private static OpTeeAttribute[] Attributes(byte[] message)
        {
            Assert.True(OpTeeMessage.TryRead(message, out var header, out _));
            return [.. Enumerable.Range(0, (int)header.Parameters).Select(i => OpTeeMessage.ReadParameter(message, i).Attribute)];
        }

        private void Note(string line) => Transcript.Add(line);

        private void Accessed(ulong page)
        {
            _seen.Add(page);
            Accesses++;
            if (_changeAt != Accesses && _changeAt != -1) return;
            WasChanged = true;
            foreach (var seen in _seen) _change(Guest[seen]);
        }
    }
}
