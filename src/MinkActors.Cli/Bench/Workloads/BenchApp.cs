using MinkActors.Protocol;

namespace MinkActors.Cli.Bench;

/// <summary>The methods of the object that is called; each does the least that makes its path real.</summary>
internal sealed class BenchApp : IMinkObject
{
    public const uint Null = 0, Echo = 1, CallBack = 2, Keep = 3, Take = 4, KeepOne = 5;

    private readonly List<Capability> _kept = [];
    private Capability? _one;

    /// <summary>Objects of the normal world that this secure object holds.</summary>
    public int Kept => _kept.Count;

    public ValueTask<ResultCode> InvokeAsync(IncomingCall call)
    {
        switch (call.Operation.Method)
        {
            case (int)Echo:
                call.Write(0, call.Input(0));
                break;
            case (int)CallBack:
                return CallTheOne(_one!);
            case (int)KeepOne:
                _one?.Dispose();
                _one = call.TakeInput(0);
                break;
            case (int)Keep:
                _kept.Add(call.TakeInput(0)!);
                break;
        }
        return new(ResultCode.Ok);
    }

    public Capability KeptAt(int index) => _kept[index];

    public void DropKept()
    {
        _one?.Dispose();
        _one = null;
        foreach (var kept in _kept) kept.Dispose();
        _kept.Clear();
    }

    private static ValueTask<ResultCode> CallTheOne(Capability one)
    {
        var answer = one.Call(Null, default).SendAsync();
        return answer.IsCompletedSuccessfully ? new(CodeOf(answer.Result)) : CodeOfAsync(answer);
    }

    private static async ValueTask<ResultCode> CodeOfAsync(ValueTask<Reply> answer) => CodeOf(await answer);

    private static ResultCode CodeOf(Reply reply)
    {
        reply.Dispose();
        return reply.Code;
    }
}

/// <summary>A callback object of the normal world that only answers.</summary>
internal sealed class BenchCallback : IMinkObject
{
    public ValueTask<ResultCode> InvokeAsync(IncomingCall call) => new(ResultCode.Ok);
}
