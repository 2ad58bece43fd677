using MinkActors.Protocol.OpTee;

namespace MinkActors.Sisters.OpTee;

/// <summary>RPC commands that the driver does not know: checked, lent to the supplicant with their memory, and answered by attribute.</summary>
internal sealed partial class StandardCall
{
    private void AskSupplicant(in OpTeeHeader header)
    {
        if (!_domain.HasSupplicant) Finish(TeeResult.Communication, TeeOrigin.Comms);
        else if (!TryTakeRequest(header, out var request)) Finish(TeeResult.BadParameters, TeeOrigin.Comms);
        else
        {
            _supplicant = new SupplicantTask(this, _rpcNumber, request);
            _domain.Supplicant!.Tell(_supplicant);
            if (Caller.IsGone) Interrupted();
        }
    }

    /// <summary>Memory of a request must lie inside what OP-TEE was given by RPC; addresses in it are not believed.</summary>
    private bool TryTakeRequest(in OpTeeHeader header, out SupplicantRequest request)
    {
        request = null!;
        var parameters = new OpTeeParameter[header.Parameters];
        var memory = new RpcMemory.Loan?[parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            var parameter = parameters[i] = OpTeeMessage.ReadParameter(_rpc, i);
            if (parameter.Attribute.IsKnownType && !parameter.Attribute.IsMeta && TryLend(parameter, out memory[i])) continue;
            foreach (var lent in memory) lent?.Dispose();
            return false;
        }
        request = new SupplicantRequest((OpTeeRpcCommand)header.Command, parameters, memory);
        return true;
    }

    private bool TryLend(in OpTeeParameter parameter, out RpcMemory.Loan? lent)
    {
        lent = null;
        if ((!parameter.Attribute.IsRegistered && !parameter.Attribute.IsTemporary) || parameter.IsNullMemory) return true;
        // Only where nothing is registered does OP-TEE name memory by its address.
        if (parameter.Attribute.IsTemporary && (_domain.StaticArea is null || parameter.Attribute.IsNonContiguous)) return false;
        lent = _domain.Rpc.TryLend(parameter);
        return lent is not null;
    }

    private void TakeAnswers(SupplicantRequest request)
    {
        Span<byte> image = stackalloc byte[OpTeeParameter.Size];
        for (var i = 0; i < request.Count; i++)
        {
            request[i].Write(image);
            OpTeeWriteBack.Parameter(image, _rpc.AsSpan(OpTeeMessage.ParameterOffset(i), OpTeeParameter.Size), request[i].Attribute);
        }
    }
}
