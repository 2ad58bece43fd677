using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MinkActors.Protocol;

namespace MinkActors.Idl.Tests;

/// <summary>Stands between a generated proxy and a generated skeleton: keeps the message and notes what differs.</summary>
public sealed class Observer
{
    private readonly Dictionary<string, Capability> _objects = [];

    public List<string> Differences { get; } = [];

    public IncomingCall? Message { get; private set; }

    public Capability Serve(Func<IncomingCall, ValueTask<ResultCode>> target) => new("served", call =>
    {
        Message = call;
        return target(call);
    });

    public Capability Object(string name)
    {
        if (!_objects.TryGetValue(name, out var found)) _objects[name] = found = new Capability(name);
        return found;
    }

    public void Same<T>(T expected, T actual, string what)
    {
        if (!Equals(expected, actual)) Differences.Add($"{what}: {actual}, not {expected}");
    }

    public void SameObject(string? expected, Capability? actual, string what) => Same(expected, actual?.Name, what);

    public void SameBytes<T>(T[] expected, T[] actual, string what) where T : unmanaged
    {
        if (!MemoryMarshal.AsBytes<T>(expected).SequenceEqual(MemoryMarshal.AsBytes<T>(actual))) Differences.Add($"{what}: {actual.Length} elements differ");
    }

    public static TArray Inline<TArray, T>(params T[] elements) where TArray : unmanaged where T : unmanaged
    {
        Assert.Equal(Unsafe.SizeOf<TArray>(), Unsafe.SizeOf<T>() * elements.Length);
        return MemoryMarshal.Read<TArray>(MemoryMarshal.AsBytes<T>(elements));
    }
}
