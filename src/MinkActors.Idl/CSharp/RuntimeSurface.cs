namespace MinkActors.Idl.CSharp;

/// <summary>Every use that generated code makes of the runtime and of the base library: to adapt to another runtime, change this file.</summary>
internal static class RuntimeSurface
{
    public const string Capability = "global::MinkActors.Capability";
    public const string Implementation = "global::MinkActors.IMinkObject";
    public const string IncomingCall = "global::MinkActors.IncomingCall";
    public const string Reply = "global::MinkActors.Reply";
    public const string Error = "global::MinkActors.MinkException";
    public const string Code = "global::MinkActors.Protocol.ResultCode";
    public const string Counts = "global::MinkActors.Protocol.ArgumentCounts";
    public const string Task = "global::System.Threading.Tasks.ValueTask";
    public const string Token = "global::System.Threading.CancellationToken";
    public const string Span = "global::System.Span";
    public const string ReadOnlySpan = "global::System.ReadOnlySpan";
    public const string Memory = "global::System.Memory";
    public const string Interop = "global::System.Runtime.InteropServices";
    public const string Compiler = "global::System.Runtime.CompilerServices";

    public const string Ok = Code + ".Ok";
    public const string Hidden = "[global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]";
    public const int VersionOp = 0x7FFF;

    // The caller's side.
    public static string Begin(int op, string counts) => $"var __call = Capability.Call({op}u, {counts});";
    public static string Reserve(long size) => $"__call.ReserveIn({size})";
    public static string In(string bytesOrObject) => $"__call.In({bytesOrObject});";
    public static string Out(string capacity) => $"__call.Out({capacity});";
    public const string Send = "__call.SendAsync(cancellationToken)";
    public const string Abandon = "__call.Abandon();";
    public static string Output(int index) => $"__reply.Output({index})";
    public static string TakeOutput(int index) => $"__reply.TakeObject({index})";

    // The implementation's side.
    public const string Method = "__call.Operation.Method";
    public const string CountsWord = "__call.Counts.Word";
    public static string Input(int index) => $"__call.Input({index})";
    public static string Filled(int index) => $"__call.Output({index})";
    public static string Capacity(int index) => $"__call.OutputCapacity({index})";
    public static string SetSize(int index, string size) => $"__call.SetOutputSize({index}, {size})";
    public static string BorrowObject(string index) => $"__call.InputObject({index})";
    public static string TakeObject(string index) => $"__call.TakeInput({index})";
    public static string SetObject(string index, string value) => $"__call.SetOutputObject({index}, {value})";

    /// <summary>What all generated code of a file shares. The size checks compare constants, so a compiled method holds nothing of them.</summary>
    public const string Helpers = $$"""
        /// <summary>Bytes to values and back. Every size is checked against the interface's before memory is touched.</summary>
        file static class __Wire
        {
            public static T Read<T>({{ReadOnlySpan}}<byte> source, int offset, int size) where T : unmanaged
            {
                if ({{Compiler}}.Unsafe.SizeOf<T>() != size || !global::System.BitConverter.IsLittleEndian) Unsuitable(typeof(T), size);
                return {{Interop}}.MemoryMarshal.Read<T>(source.Slice(offset, size));
            }

            public static void Write<T>({{Span}}<byte> target, int offset, int size, in T value) where T : unmanaged
            {
                if ({{Compiler}}.Unsafe.SizeOf<T>() != size || !global::System.BitConverter.IsLittleEndian) Unsuitable(typeof(T), size);
                {{Interop}}.MemoryMarshal.Write(target.Slice(offset, size), in value);
            }

            /// <summary>Whole elements, in place: the runtime owns a private copy of the message, in which buffers are aligned to 8.</summary>
            public static {{ReadOnlySpan}}<T> Elements<T>({{ReadOnlySpan}}<byte> source, int size) where T : unmanaged
            {
                if ({{Compiler}}.Unsafe.SizeOf<T>() != size || !global::System.BitConverter.IsLittleEndian) Unsuitable(typeof(T), size);
                return {{Interop}}.MemoryMarshal.Cast<byte, T>(source.Slice(0, source.Length / size * size));
            }

            /// <summary>The bytes of an array to send.</summary>
            public static {{ReadOnlySpan}}<byte> Bytes<T>({{ReadOnlySpan}}<T> values, int size) where T : unmanaged
            {
                if ({{Compiler}}.Unsafe.SizeOf<T>() != size || !global::System.BitConverter.IsLittleEndian) Unsuitable(typeof(T), size);
                return {{Interop}}.MemoryMarshal.AsBytes(values);
            }

            /// <summary>Copies what came back into what the caller offered; returns the number of elements.</summary>
            public static int Copy<T>({{ReadOnlySpan}}<byte> source, {{Span}}<T> target, int size) where T : unmanaged
            {
                if ({{Compiler}}.Unsafe.SizeOf<T>() != size || !global::System.BitConverter.IsLittleEndian) Unsuitable(typeof(T), size);
                var count = source.Length / size;
                if (count > target.Length) WrongSize(source.Length, target.Length * size);
                source.Slice(0, count * size).CopyTo({{Interop}}.MemoryMarshal.AsBytes(target));
                return count;
            }

            public static {{ReadOnlySpan}}<byte> Exactly({{ReadOnlySpan}}<byte> source, int size)
            {
                if (source.Length != size) WrongSize(source.Length, size);
                return source;
            }

            /// <summary>A reported count as a size; more than the caller offered is answered SIZE_OUT.</summary>
            public static int Reported(int count, int capacity, int size)
            {
                if ((uint)count > (uint)(capacity / size)) throw new {{Error}}({{Code}}.SizeOut, $"{count} elements are reported, {capacity / size} were offered.");
                return count * size;
            }

            public static int Slot(int index, int first, int count)
            {
                if ((uint)index >= (uint)count) throw new global::System.ArgumentOutOfRangeException(nameof(index), index, $"There are {count} objects.");
                return first + index;
            }

            public static {{Counts}} Counts(uint word)
            {
                {{Counts}}.TryParse(word, out var counts, out _);
                return counts;
            }

            private static void WrongSize(int actual, int expected) =>
                throw new {{Error}}({{Code}}.SizeOut, $"An output has {actual} bytes where the interface says {expected}.");

            private static void Unsuitable(global::System.Type type, int size) =>
                throw new global::System.PlatformNotSupportedException($"{type} does not have the {size} bytes of the wire here.");
        }
        """;
}
