// The part of the runtime that generated code uses, over arrays in memory: enough to see every byte it sends.
using MinkActors.Protocol;


namespace MinkActors.Protocol
{
    public enum ResultCode
    {
        Ok = 0,
        Error = 1,
        Invalid = 2,
        SizeOut = 4,
    }

    public readonly record struct Operation(uint Word)
    {
        public ushort Method => (ushort)Word;
    }

    public readonly record struct Refusal(uint Word);

    public readonly record struct ArgumentCounts
    {
        /// <summary>The stub lets bits pass that the true type refuses, to show that skeletons would.</summary>
        public uint Word { get; init; }

        public static bool TryParse(uint word, out ArgumentCounts counts, out Refusal refusal)
        {
            counts = new ArgumentCounts { Word = word };
            refusal = default;
            return true;
        }
    }
}

namespace MinkActors
{
    public class MinkException(ResultCode code, string message) : Exception(message)
    {
        public ResultCode Code { get; } = code;
    }

    public interface IMinkObject
    {
        ValueTask<ResultCode> InvokeAsync(IncomingCall call);
    }

    /// <summary>Names an object in tests; calls go to whatever the test put behind it.</summary>
    public sealed class Capability(string name, Func<IncomingCall, ValueTask<ResultCode>>? target = null) : IDisposable
    {
        public string Name { get; } = name;

        public int Disposals { get; private set; }

        public OutgoingCall Call(uint method, ArgumentCounts counts) => new(this, new IncomingCall { Operation = new Operation(method), Counts = counts });

        public void Dispose() => Disposals++;

        internal async ValueTask<Reply> DeliverAsync(IncomingCall call)
        {
            try
            {
                return new Reply(await target!(call), call);
            }
            catch (MinkException e)
            {
                // As the runtime does it: the code of the exception is the answer.
                return new Reply(e.Code, call);
            }
        }
    }

    public readonly struct OutgoingCall(Capability target, IncomingCall call)
    {
        public void In(ReadOnlySpan<byte> bytes) => call.Inputs.Add(bytes.ToArray());

        public Span<byte> ReserveIn(int size)
        {
            call.Inputs.Add(new byte[size]);
            return call.Inputs[^1];
        }

        public void Out(int capacity) => call.Offer(capacity);

        public void In(Capability? capability) => call.InputObjects.Add(capability);

        public ValueTask<Reply> SendAsync(CancellationToken cancellationToken) => target.DeliverAsync(call);

        public void Abandon() => call.IsAbandoned = true;
    }

    public readonly struct Reply(ResultCode code, IncomingCall call) : IDisposable
    {
        public ResultCode Code => code;

        public ReadOnlySpan<byte> Output(int index) => call.Answer(index);

        public Capability? TakeObject(int index) => call.OutputObjects[index];

        public void Dispose() => call.Disposals++;
    }

    public sealed class IncomingCall
    {
        private readonly List<byte[]> _outputs = [];
        private readonly List<int> _sizes = [];

        public Operation Operation { get; init; }

        public ArgumentCounts Counts { get; init; }

        internal List<byte[]> Inputs { get; } = [];

        internal List<Capability?> InputObjects { get; } = [];

        internal Capability?[] OutputObjects { get; } = new Capability?[15];

        internal bool IsAbandoned { get; set; }

        internal int Disposals { get; set; }

        internal IEnumerable<int> Capacities => _outputs.Select(o => o.Length);

        internal IEnumerable<int> Sizes => _sizes;

        public ReadOnlySpan<byte> Input(int index) => Inputs[index];

        public int OutputCapacity(int index) => _outputs[index].Length;

        public Span<byte> Output(int index) => _outputs[index];

        public void SetOutputSize(int index, int size) => _sizes[index] = size;

        public Capability? InputObject(int index) => InputObjects[index];

        public Capability? TakeInput(int index)
        {
            var taken = InputObjects[index];
            InputObjects[index] = null;
            return taken;
        }

        public void SetOutputObject(int index, Capability? moved) => OutputObjects[index] = moved;

        public void SetOutputObject(int index, IMinkObject implementation) => OutputObjects[index] = new Capability("new", implementation.InvokeAsync);

        internal void Offer(int capacity)
        {
            _outputs.Add(new byte[capacity]);
            _sizes.Add(capacity);
        }

        internal ReadOnlySpan<byte> Answer(int index) => _outputs[index].AsSpan(0, _sizes[index]);
    }
}
