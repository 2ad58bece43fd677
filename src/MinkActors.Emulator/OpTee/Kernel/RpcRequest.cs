using MinkActors.Actors;
using MinkActors.Protocol.OpTee;

namespace MinkActors.Emulator.OpTee;

/// <summary>Code of a thread asks the normal world for help; answered when the normal world has resumed the thread.</summary>
internal sealed class RpcRequest(OpTeeRpcFunction function, OpTeeRpcCommand command, OpTeeParameter[] parameters) : Request<OpTeeRpcAnswer>
{
    public OpTeeRpcFunction Function => function;
    public OpTeeRpcCommand Command => command;
    public OpTeeParameter[] Parameters => parameters;

    public OpTeeThread Thread { get; set; } = null!;

    /// <summary>Which life of the thread asks: code that runs on behind its call can ask nobody.</summary>
    public uint Life { get; set; }

    public void Fail(TeeResult result) => Reply(new OpTeeRpcAnswer(result, []));

    /// <summary>There is no call any more to ask for: the code that asks is unwound, or it could ask on for ever.</summary>
    public void EndOfCall() => Fail(new OpTeeException(TeeResult.TargetDead, "The call that asks has ended."));

    public override string Describe() => function == OpTeeRpcFunction.Command ? $"rpc {command}" : $"rpc function {function}";
}
