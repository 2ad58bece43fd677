using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Tests.Qseecom;

/// <summary>A QSEE that answers each SMC as its script says; what the script leaves out is answered as by a well-behaved one.</summary>
/// <param name="script">The registers, and how many such calls came before; null for the default answer.</param>
internal sealed class ScriptedQsee(Func<ScmRegisters, int, ScmRegisters?> script) : ISecureWorld
{
    private readonly Dictionary<ulong, int> _seen = [];

    public SecureWorldContext Context { get; private set; } = null!;

    /// <summary>An entry is kept for ever when the script answers this.</summary>
    public static ScmRegisters Never { get; } = Answer(0xDEAD, ulong.MaxValue);

    public static ScmRegisters Status(ScmStatus status) => new QseecomResponse().ToRegisters(status);

    public static ScmRegisters Answer(ulong result, ulong type = 0, ulong data = 0) => new QseecomResponse(result, type, data).ToRegisters();

    public static bool Is(in ScmRegisters smc, QseecomCall call) => smc[0] == call.Id.Value;

    public ScriptedQsee For(SecureWorldContext context)
    {
        Context = context;
        return this;
    }

    public void Reset() => _seen.Clear();

    public void Enter(SecureEntry entry)
    {
        var smc = ScmRegisters.From(entry.Registers);
        _seen[smc[0]] = _seen.GetValueOrDefault(smc[0]) + 1;
        var answer = script(smc, _seen[smc[0]] - 1) ?? Default(smc);
        if (answer[2] != ulong.MaxValue) entry.Return(answer.ToSmc());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ScmRegisters Default(ScmRegisters smc)
    {
        if (Is(smc, QseecomCall.FeatureVersion)) return Answer(smc[2] == QseecomLimits.FeatureQseeVersion ? FeatureVersion.HighBuffers.Word : 0u);
        // The known applications of the start are not there; the one the tests look for has a name of 3 bytes.
        if (Is(smc, QseecomCall.AppLookup)) return smc[3] == 3 ? Answer(0, QseecomResponseType.AppId, 7) : Answer(QseecomResult.Failure);
        return Answer(QseecomResult.Success);
    }
}
