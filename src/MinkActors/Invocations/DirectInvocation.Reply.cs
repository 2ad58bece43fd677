using MinkActors.Protocol;

namespace MinkActors;

/// <summary>The final reply: outputs checked and copied, objects resolved, async releases applied (spec/01 section 8, steps 10 to 12; spec/02 section 7.3).</summary>
internal sealed partial class DirectInvocation
{
    private const int AnswerKeptMax = 64 * 1024;

    private byte[] _answer = [];
    private int _answerOrigin;
    private ResultCode _result;

    /// <summary>Bytes of all outputs, for observers.</summary>
    public int AnswerBytes
    {
        get
        {
            var bytes = 0;
            for (var i = 0; i < Counts.OutputBuffers; i++) bytes += Table.OutputBuffer(i).Size;
            return bytes;
        }
    }

    protected override byte[] Answer => _answer;

    protected override int AnswerOrigin => _answerOrigin;

    /// <summary>Waits for the table when there are ids to resolve or to release.</summary>
    void ISecureProtocol.Complete(in SmcRegisters registers)
    {
        var result = _result = registers.Result;
        _table.Reset();
        if (result == ResultCode.Ok && Counts.HasOutputs) ReadReply();
        ReadReleases(0);
        if (_table.ReleaseCount == 0 && _table.Count == 0)
        {
            _call.End(_result, null);
            return;
        }
        AskTable();
    }

    private void ReadReply()
    {
        var shared = _inbound!.Owner;
        if (DirectMessage.TryReadReply(shared, in Table, ref Table, out var refusal)) TakeOutputBytes(shared);
        else
        {
            _domain.Refused($"Reply: {refusal}");
            _result = ResultCode.Unavailable;    // row 9; the objects are still resolved and then put
        }
        var objects = Counts.OutputObjects;
        for (var i = 0; i < objects; i++)
        {
            _table.Ids[i] = Table.OutputObject(i);
            if (!_table.Ids[i].IsNull) _table.Count = objects;
        }
        if (_table.Count > 0) _table.Step = TableStep.ResolveReply;
    }

    /// <summary>One copy into private memory: S could still change the shared bytes.</summary>
    private void TakeOutputBytes(ReadOnlySpan<byte> shared)
    {
        if (Counts.OutputBuffers == 0) return;
        _answerOrigin = Table.OutputBuffer(0).Offset;
        var length = Table.PayloadEnd - _answerOrigin;
        if (_answer.Length < length) _answer = GC.AllocateUninitializedArray<byte>(Math.Max(256, length));
        Payload.Copy(shared.Slice(_answerOrigin, length), _answer);
    }

    /// <summary>Either every object came, or those that came are put and the call ends UNAVAIL.</summary>
    private void RepliesResolved()
    {
        if (_table.Outcome != TableOutcome.Done && _result == ResultCode.Ok)
        {
            _domain.Refused("Reply: an output object names nothing that is alive");
            _result = ResultCode.Unavailable;
        }
        for (var i = 0; i < _table.Count; i++)
        {
            if (_result == ResultCode.Ok) SetOutputObject(i, _table.Objects[i]);
            else _table.Objects[i]?.Release();
            _table.Objects[i] = null;
        }
        _call.End(_result, null);
    }
}
