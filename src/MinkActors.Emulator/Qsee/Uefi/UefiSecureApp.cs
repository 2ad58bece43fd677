using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Emulator.Qsee.Uefi;

/// <summary>
/// The emulated `qcom.tz.uefisecapp`: one request in, one response out, over a <see cref="UefiVariableStore"/>
/// (spec 08 section 11, E1..E10).
/// </summary>
/// <remarks>One owner; a turn never waits. A listener that has to work first (E10) is asked for by the host, see
/// <see cref="WantsListener"/>.</remarks>
public sealed class UefiSecureApp(UefiVariableStore store)
{
    /// <summary>The name the app is looked up by.</summary>
    public const string Name = "qcom.tz.uefisecapp";
    /// <summary>The listener a non-volatile set asks for when <see cref="AsksListener"/> is on.</summary>
    public const uint ListenerId = 0x2000;

    private int _failures;
    private EfiStatus _failure;

    /// <summary>Fault hook: ask for <see cref="ListenerId"/> before each non-volatile set.</summary>
    public bool AsksListener { get; set; }

    /// <summary>Fault hook: the next <paramref name="count"/> commands are answered with this status and do nothing.</summary>
    public void FailNext(int count, EfiStatus status) => (_failures, _failure) = (count, status);

    /// <summary>True when the host has to return INCOMPLETE for <see cref="ListenerId"/> before it handles this request.</summary>
    public bool WantsListener(ReadOnlySpan<byte> request) =>
        AsksListener && UefiRequest.Read(request, out var read, out _) == EfiStatus.Success
        && read.Command == UefiCommand.SetVariable && (read.Attributes & EfiAttributes.NonVolatile) != 0;

    /// <summary>Handles one request.</summary>
    /// <param name="request">A private copy: the normal world can still write the shared block.</param>
    /// <param name="response">The response buffer's room; only the returned bytes are written.</param>
    /// <returns>Bytes written; 0 when the room is too small for the fixed header, and the app send answers FAILURE.</returns>
    public int Handle(ReadOnlySpan<byte> request, Span<byte> response)
    {
        var status = UefiRequest.Read(request, out var read, out _);
        if (status != EfiStatus.Success)
        {
            return UefiResponseWriter.WriteStatus(response, read.Command, status);
        }
        if (response.Length < UefiLimits.ResponseHeader(read.Command))
        {
            // Refused before anything is done: a set whose answer cannot be told must not happen.
            return 0;
        }
        if (_failures > 0)
        {
            _failures--;
            return UefiResponseWriter.WriteStatus(response, read.Command, _failure);
        }
        return read.Command switch
        {
            UefiCommand.GetVariable => Get(read, response),
            UefiCommand.SetVariable => UefiResponseWriter.WriteStatus(response, read.Command, store.Set(KeyOf(read), read.Attributes, read.Data)),
            UefiCommand.GetNextVariable => Next(read, response),
            _ => Query(read, response),
        };
    }

    private int Get(in UefiRequest request, Span<byte> response)
    {
        if (store.Find(KeyOf(request)) is not { } variable)
        {
            return UefiResponseWriter.WriteStatus(response, request.Command, EfiStatus.NotFound);
        }
        var room = Math.Min(request.Capacity, response.Length - UefiLimits.ResponseHeader(request.Command));
        return variable.Data.Length > room
            ? UefiResponseWriter.WriteGetTooSmall(response, variable.Attributes, (uint)variable.Data.Length)
            : UefiResponseWriter.WriteGet(response, variable.Attributes, variable.Data);
    }

    private int Next(in UefiRequest request, Span<byte> response)
    {
        var status = store.Next(KeyOf(request), out var next);
        if (status != EfiStatus.Success)
        {
            return UefiResponseWriter.WriteStatus(response, request.Command, status);
        }
        var room = Math.Min(request.Capacity, response.Length - UefiLimits.ResponseHeader(request.Command) - UefiLimits.GuidSize);
        if (next!.Key.NameSize > room)
        {
            return UefiResponseWriter.WriteNextTooSmall(response, (uint)next.Key.NameSize);
        }
        Span<byte> name = stackalloc byte[UefiLimits.NameSizeMax];
        var size = UefiName.Encode(next.Key.Name, name);
        return UefiResponseWriter.WriteNext(response, next.Key.Vendor, name[..(size - 2)]);
    }

    private int Query(in UefiRequest request, Span<byte> response)
    {
        if (request.Attributes == EfiAttributes.None)
        {
            return UefiResponseWriter.WriteStatus(response, request.Command, EfiStatus.InvalidParameter);
        }
        var (storage, remaining, variableMax) = store.Space;
        return UefiResponseWriter.WriteQuery(response, (ulong)storage, (ulong)remaining, (ulong)variableMax);
    }

    private static VariableKey KeyOf(in UefiRequest request)
    {
        var units = new char[request.Name.Length / 2];
        UefiName.Decode(request.Name, units);
        return new(new string(units), request.Vendor);
    }
}
