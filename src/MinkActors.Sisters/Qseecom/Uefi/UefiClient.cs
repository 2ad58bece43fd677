using System.Runtime.InteropServices;
using MinkActors.Protocol.Qseecom;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Sisters.Qseecom.Uefi;

/// <summary>The client of uefisecapp: writes requests, checks answers, and trusts no byte of them (spec/08 section 11, U2 to U8).</summary>
/// <param name="app">The application.</param>
/// <param name="isReadOnly">Sets are refused, write protected, without a call.</param>
/// <remarks>Used through <see cref="EfiVariableService"/>, which makes its operations one at a time.</remarks>
public sealed class UefiClient(QseecomApp app, bool isReadOnly = false)
{
    private delegate EfiStatus Write(Span<byte> block, out int size, out QseecomRefusal refusal);

    /// <summary>One block for request and response, from 4 KiB up to 256 KiB; kept for the next operation.</summary>
    private byte[] _memory = new byte[UefiLimits.ClientMemoryStart];

    internal async Task<EfiGetResult> GetAsync(string? name, Guid? vendor, uint capacity, Memory<byte>? buffer, CallOptions options)
    {
        if (name is null || vendor is not { } guid || (capacity > 0 && (buffer is not { } room || (uint)room.Length < capacity))) return new EfiGetResult(EfiStatus.InvalidParameter);
        var status = TryWrite(UefiLimits.ResponseSize(UefiCommand.GetVariable, capacity),
            (Span<byte> block, out int size, out QseecomRefusal refusal) => UefiRequestWriter.TryWriteGet(block, name, guid, capacity, out size, out refusal), out var exchange);
        if (status != EfiStatus.Success) return new EfiGetResult(status);
        if (!await TrySendAsync(exchange, options)) return new EfiGetResult(EfiStatus.DeviceError);
        var answer = UefiResponse.ReadGet(exchange.Response.Span, capacity);
        if (answer.Status == EfiStatus.Success && buffer is { } into) answer.Data.CopyTo(into.Span);
        return new EfiGetResult(answer.Status, answer.Attributes, answer.Size);
    }

    internal async Task<EfiStatus> SetAsync(string? name, Guid? vendor, EfiAttributes attributes, uint size, ReadOnlyMemory<byte>? data, CallOptions options)
    {
        if (name is null || vendor is not { } guid || (size > 0 && (data is not { } given || (uint)given.Length < size))) return EfiStatus.InvalidParameter;
        if (isReadOnly) return EfiStatus.WriteProtected;
        if (size > UefiLimits.ClientMemoryMax) return EfiStatus.OutOfResources;
        var bytes = data is { } memory ? memory[..(int)size] : default;
        var status = TryWrite(UefiLimits.ResponseSize(UefiCommand.SetVariable, 0),
            (Span<byte> block, out int written, out QseecomRefusal refusal) => UefiRequestWriter.TryWriteSet(block, name, guid, attributes, bytes.Span, out written, out refusal), out var exchange);
        if (status != EfiStatus.Success) return status;
        return await TrySendAsync(exchange, options) ? UefiResponse.ReadSet(exchange.Response.Span).Status : EfiStatus.DeviceError;
    }

    internal async Task<EfiNextResult> NextAsync(string? name, Guid? vendor, uint capacity, CallOptions options)
    {
        if (name is null || vendor is not { } guid || capacity == 0) return new EfiNextResult(EfiStatus.InvalidParameter);
        var status = TryWrite(UefiLimits.ResponseSize(UefiCommand.GetNextVariable, capacity),
            (Span<byte> block, out int size, out QseecomRefusal refusal) => UefiRequestWriter.TryWriteNext(block, name, guid, capacity, out size, out refusal), out var exchange);
        if (status != EfiStatus.Success) return new EfiNextResult(status);
        if (!await TrySendAsync(exchange, options)) return new EfiNextResult(EfiStatus.DeviceError);
        var answer = UefiResponse.ReadNext(exchange.Response.Span, capacity);
        return answer.Status == EfiStatus.Success
            ? new EfiNextResult(answer.Status, new string(MemoryMarshal.Cast<byte, char>(answer.Name)), answer.Vendor, answer.Size)
            : new EfiNextResult(answer.Status, NameSize: answer.Size);
    }

    internal async Task<EfiQueryResult> QueryAsync(EfiAttributes attributes, CallOptions options)
    {
        var status = TryWrite(UefiLimits.ResponseSize(UefiCommand.QueryVariableInfo, 0),
            (Span<byte> block, out int size, out QseecomRefusal refusal) => UefiRequestWriter.TryWriteQuery(block, attributes, out size, out refusal), out var exchange);
        if (status != EfiStatus.Success) return new EfiQueryResult(status);
        if (!await TrySendAsync(exchange, options)) return new EfiQueryResult(EfiStatus.DeviceError);
        var answer = UefiResponse.ReadQuery(exchange.Response.Span);
        return new EfiQueryResult(answer.Status, answer.Space.Storage, answer.Space.Remaining, answer.Space.VariableMax);
    }

    /// <summary>Lays request and response out in one block, which grows as far as it may.</summary>
    private EfiStatus TryWrite(long responseSize, Write write, out Exchange exchange)
    {
        exchange = default;
        while (true)
        {
            var status = write(_memory, out var size, out _);
            if (status == EfiStatus.Success && QseecomLimits.ResponseOffset(size) + responseSize <= _memory.Length)
            {
                var response = _memory.AsMemory((int)QseecomLimits.ResponseOffset(size), (int)responseSize);
                response.Span.Clear();
                exchange = new Exchange(_memory.AsMemory(0, size), response);
                return EfiStatus.Success;
            }
            if (status is not (EfiStatus.Success or EfiStatus.OutOfResources)) return status;
            if (_memory.Length >= UefiLimits.ClientMemoryMax) return EfiStatus.OutOfResources;
            _memory = new byte[_memory.Length * 2];
        }
    }

    /// <summary>U3: whatever is wrong with the path is a device error. A caller that gives up is told so.</summary>
    private async Task<bool> TrySendAsync(Exchange exchange, CallOptions options)
    {
        try
        {
            await app.SendAsync(exchange.Request, exchange.Response, options);
            return true;
        }
        catch (QseecomException)
        {
            return false;
        }
    }

    private readonly record struct Exchange(ReadOnlyMemory<byte> Request, Memory<byte> Response);
}
