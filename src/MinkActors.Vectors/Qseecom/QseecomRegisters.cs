using System.Text.Json;
using System.Text.RegularExpressions;
using MinkActors.Protocol.Qseecom;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.Qseecom;

/// <summary>Register images of calls and returns.</summary>
internal static partial class QseecomRegisters
{
    public static string? Judge(VectorCase vector)
    {
        if (!ScmRegisters.TryRead(vector.Image, out var registers))
        {
            return $"a register image has {ScmRegisters.Size} bytes, not {vector.Image.Length}";
        }
        var repeats = vector.Has("repeats");
        var isCall = repeats || (registers[0] <= uint.MaxValue && QseecomCall.TryFind(new((uint)registers[0]), out _));
        return RegisterMap.Compare(vector, 'x', index => registers[index], isCall, out var listed)
            ?? (repeats ? Repetition(vector, registers) : isCall ? Call(vector, registers) : Return(vector, registers, listed));
    }

    private static string? Call(VectorCase vector, in ScmRegisters registers)
    {
        var arguments = new ulong[ScmArgumentInfo.ArgumentsMax];
        if (!ScmFrame.TryRead(registers, arguments, out var call, out var block, out var status))
        {
            return $"the secure side would answer {status}";
        }
        var names = QseecomCallNames.ArgumentsOf(call);
        var facts = new Facts().Number("ext_args_phys", block);
        var count = call.Arguments.Count;
        for (var i = 0; i < count; i++)
        {
            if (call.Arguments.NeedsExtensionBlock && i >= ScmExtensionBlock.FirstArgument)
            {
                // These travel in the block, whose image is a vector of its own.
                arguments[i] = vector.Input(names[i]);
                facts.Elsewhere(names[i]);
            }
            else
            {
                facts.Number(names[i], arguments[i]).Words(arguments[i]);
            }
        }
        var convention = new ScmFunctionId((uint)registers[0]).Convention;
        return facts.Compare(vector.Inputs)
            ?? (ScmFrame.TryBuild(call, convention, arguments.AsSpan(0, count), block, out var again, out var refusal)
                ? vector.Same(Image(again)) : refusal.ToString());
    }

    private static string? Repetition(VectorCase vector, in ScmRegisters registers)
    {
        var name = vector.Inputs.GetProperty("repeats").GetString() ?? "";
        if (vector.File.Find(name) is not { } first || !ScmRegisters.TryRead(first.Image, out var call))
        {
            return $"the repeated call '{name}' is not in the file";
        }
        ScmRegisters returned = default;
        returned[0] = (ulong)ScmStatus.Interrupted;
        returned[6] = registers[6];
        return new Facts().Prose("repeats").Number("x6", registers[6]).Compare(vector.Inputs)
            ?? vector.Same(Image(ScmFrame.AfterInterrupt(call, returned)));
    }

    private static string? Return(VectorCase vector, in ScmRegisters registers, HashSet<int> listed)
    {
        if (registers[0] is > int.MaxValue and <= uint.MaxValue)
        {
            return $"x0 = {registers[0]:x} is neither a known call nor a status of full width";
        }
        var status = ScmStatusMapping.Read(registers[0], ScmConvention.Smc64);
        var response = QseecomResponse.From(registers);
        var facts = new Facts().Number("status", registers[0]).Prose("note");
        ScmRegisters again = response.ToRegisters(status);
        switch (status)
        {
            case ScmStatus.Answered:
                Answered(facts, response, vector.Name.Contains("send", StringComparison.Ordinal));
                break;
            case ScmStatus.Interrupted:
                facts.Number("session_in_x6", registers[6]);
                again[6] = registers[6];
                break;
            case ScmStatus.WaitQueueSleep:
                facts.Number("wq_ctx", registers[1]).Number("smc_call_ctx", registers[2]);
                break;
            default:
                facts.Check("expect", Expects(status.ToErrno()));
                break;
        }
        var fault = facts.Compare(vector.Inputs);
        foreach (var index in listed)
        {
            fault ??= again[index] == registers[index] ? null : $"x{index}: encoded {again[index]:x}, the vector has {registers[index]:x}";
        }
        return fault;
    }

    private static void Answered(Facts facts, in QseecomResponse response, bool toSend)
    {
        var looked = response.InterpretLookup(out var appId);
        facts.Number("result", response.Result).Number("resp_type", response.Type).Number("data", response.Data)
            .Check("expect", Expects(toSend ? response.InterpretSend() : looked)).Text("version", FeatureVersion.From(response).ToString());
        if (looked == QseecomErrno.Ok)
        {
            facts.Number("app_id", appId);
        }
        if (response.Result == QseecomResult.BlockedOnListener
            || (response.Result == QseecomResult.Incomplete && response.Type == QseecomResponseType.ListenerId))
        {
            facts.Number("listener", response.Data);
        }
        if (response.Result == QseecomResult.BlockedOnListener)
        {
            facts.Number("session", response.Type);
        }
    }

    /// <summary>The prose of "expect" starts with the outcome of a look-up, or of the status.</summary>
    private static Func<JsonElement, string?> Expects(QseecomErrno errno) => input =>
    {
        var first = ErrnoName().Match(input.GetString() ?? "");
        var computed = errno == QseecomErrno.Ok ? "0" : $"-{errno}";
        return first.Success && first.Value == computed ? null : $"expected {input}, computed {computed}";
    };

    private static byte[] Image(in ScmRegisters registers)
    {
        var image = new byte[ScmRegisters.Size];
        registers.TryWrite(image);
        return image;
    }

    [GeneratedRegex(@"-E[A-Z0-9]+|\b0\b")]
    private static partial Regex ErrnoName();
}
