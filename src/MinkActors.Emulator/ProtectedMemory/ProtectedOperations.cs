using System.Buffers.Binary;
using System.Text;
using MinkActors.Protocol.ProtectedMemory;

namespace MinkActors.Emulator.ProtectedMemory;

/// <summary>The operations of the service as bytes in and bytes out, but for those that wait and those that map (spec 10 section 5).</summary>
internal static class ProtectedOperations
{
    public static ProtectedAnswer Serve(RegionTable table, ProtectedPlatform platform, ProtectedClient client, ProtectedMemoryOperation operation, ReadOnlySpan<byte> input, int room) => operation switch
    {
        ProtectedMemoryOperation.GetInfo => input.Length != 0 ? Error(ProtectedMemoryError.BadParameters) : Answer(table.Info().Write, ProtectedMemoryInfo.Size, room),
        ProtectedMemoryOperation.GetUseCaseConfig => Config(platform.Options, input, room),
        ProtectedMemoryOperation.Protect => Protect(table, client, input, room),
        ProtectedMemoryOperation.Allocate => Allocate(table, client, input, room),
        ProtectedMemoryOperation.GetSegments => Segments(table, client, input, room),
        ProtectedMemoryOperation.QueryRegion => Query(table, client, input, room),
        ProtectedMemoryOperation.ResolveDevice => Resolve(table, input, room),
        ProtectedMemoryOperation.Grant => Error(HandleRequest.Read(input, operation, out var grant) is var bad and not ProtectedMemoryError.Ok ? bad
            : table.Grant(client, grant.Handle, new DeviceGrant(grant.First, (ProtectedRights)grant.Second))),
        ProtectedMemoryOperation.Revoke => Error(HandleRequest.Read(input, operation, out var revoke) is var bad and not ProtectedMemoryError.Ok ? bad
            : table.Revoke(client, revoke.Handle, revoke.First)),
        ProtectedMemoryOperation.AddReference => Error(TryHandle(input, out var handle) ? table.AddReference(client, handle) : ProtectedMemoryError.BadParameters),
        ProtectedMemoryOperation.DropReference => Error(TryHandle(input, out var handle) ? table.DropReference(client, handle) : ProtectedMemoryError.BadParameters),
        _ => Error(ProtectedMemoryError.BadParameters),
    };

    /// <summary>An answer of a fixed size.</summary>
    public static ProtectedAnswer Answer(WriteAnswer write, int size, int room = int.MaxValue)
    {
        if (room < size) return Error(ProtectedMemoryError.ShortBuffer);
        var output = new byte[size];
        Invariant.Holds(write(output) == size);
        return new ProtectedAnswer(ProtectedMemoryError.Ok, output);
    }

    private static ProtectedAnswer Config(ProtectedPlatformOptions options, ReadOnlySpan<byte> input, int room)
    {
        if (input.Length != 8 || BinaryPrimitives.ReadUInt32LittleEndian(input[4..]) != 0 || !RegionTable.IsUseCase((ProtectedUseCase)BinaryPrimitives.ReadUInt32LittleEndian(input))) return Error(ProtectedMemoryError.BadParameters);
        var output = new byte[Math.Min(room, UseCaseConfig.HeaderSize + (4 * options.MemoryAttributes.Count))];
        var error = UseCaseConfig.Write(output, options.MinimumSize, options.Alignment, options.AddressBits, [.. options.MemoryAttributes], out var written);
        return new ProtectedAnswer(error, output[..written]);
    }

    private static ProtectedAnswer Protect(RegionTable table, ProtectedClient client, ReadOnlySpan<byte> input, int room)
    {
        var error = ProtectRequest.Read(input, out var asked, out var grants);
        // By object needs a memory object beside the bytes: the Mink carrier takes that way, no other has one.
        if (error == ProtectedMemoryError.Ok && asked.Flags != 0) error = ProtectedMemoryError.NotSupported;
        if (error == ProtectedMemoryError.Ok && room < ProtectAnswer.Size) error = ProtectedMemoryError.ShortBuffer;
        if (error != ProtectedMemoryError.Ok) return Error(error);
        error = table.Protect(client, asked.UseCase, asked.Address, asked.ByteSize, ToArray(grants), isByObject: false, out var region);
        return error == ProtectedMemoryError.Ok ? Answer(new ProtectAnswer(region.Handle, (uint)region.Slot).Write, ProtectAnswer.Size) : Error(error);
    }

    private static ProtectedAnswer Allocate(RegionTable table, ProtectedClient client, ReadOnlySpan<byte> input, int room)
    {
        var error = AllocateRequest.Read(input, out var asked, out var grants);
        if (error == ProtectedMemoryError.Ok && room < AllocateAnswer.Size) error = ProtectedMemoryError.ShortBuffer;
        if (error != ProtectedMemoryError.Ok) return Error(error);
        error = table.Allocate(client, asked, ToArray(grants), fromBlocks: false, out var region);
        if (error != ProtectedMemoryError.Ok) return Error(error);
        // R14, R8: no address for a guest, and none where one would not say it.
        var address = client.IsGuest || region.Segments.Count > 1 ? 0 : region.Range.Start;
        return Answer(new AllocateAnswer(region.Handle, address, region.Size, (uint)region.Segments.Count, (uint)region.Slot).Write, AllocateAnswer.Size);
    }

    private static ProtectedAnswer Segments(RegionTable table, ProtectedClient client, ReadOnlySpan<byte> input, int room)
    {
        if (!TryHandle(input, out var handle)) return Error(ProtectedMemoryError.BadParameters);
        if (!table.TryFind(client, handle, out var region)) return Error(ProtectedMemoryError.NotFound);
        var output = new byte[ProtectedSegment.Size * region.Segments.Count];
        if (room < output.Length) return Error(ProtectedMemoryError.ShortBuffer);
        for (var i = 0; i < region.Segments.Count; i++)
            new ProtectedSegment(client.IsGuest ? 0 : region.Segments[i].Start, (uint)region.Segments[i].Size).Write(output.AsSpan(i * ProtectedSegment.Size));
        return new ProtectedAnswer(ProtectedMemoryError.Ok, output);
    }

    private static ProtectedAnswer Query(RegionTable table, ProtectedClient client, ReadOnlySpan<byte> input, int room)
    {
        if (!TryHandle(input, out var handle)) return Error(ProtectedMemoryError.BadParameters);
        if (!table.TryFind(client, handle, out var region)) return Error(ProtectedMemoryError.NotFound);
        var address = client.IsGuest || region.Segments.Count > 1 ? 0 : region.Range.Start;
        var description = new RegionDescription(address, region.Size, region.UseCase, region.State, (uint)(region.Handles + region.OtherReferences));
        var output = new byte[RegionDescription.HeaderSize + (DeviceGrant.Size * region.Grants.Count)];
        if (room < output.Length) return Error(ProtectedMemoryError.ShortBuffer);
        description.Write(output, [.. region.Grants]);
        return new ProtectedAnswer(ProtectedMemoryError.Ok, output);
    }

    private static ProtectedAnswer Resolve(RegionTable table, ReadOnlySpan<byte> input, int room)
    {
        if (input.Length is 0 or > ProtectedMemoryLimits.CompatibleSizeMax || input.Contains((byte)0)) return Error(ProtectedMemoryError.BadParameters);
        if (room < sizeof(uint)) return Error(ProtectedMemoryError.ShortBuffer);
        var error = table.ResolveDevice(Encoding.UTF8.GetString(input), out var device);
        return new ProtectedAnswer(error, error == ProtectedMemoryError.Ok ? BitConverter.GetBytes(device) : []);
    }

    public static DeviceGrant[] ToArray(in GrantList grants)
    {
        var copy = new DeviceGrant[grants.Count];
        for (var i = 0; i < copy.Length; i++) copy[i] = grants[i];
        return copy;
    }

    private static bool TryHandle(ReadOnlySpan<byte> input, out ulong handle)
    {
        handle = input.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(input) : 0;
        return input.Length == sizeof(ulong);
    }

    private static ProtectedAnswer Error(ProtectedMemoryError error) => ProtectedAnswer.Of(error);

    internal delegate int WriteAnswer(Span<byte> room);
}
