using MinkActors.Protocol.OpTee;
using MinkActors.Vectors.Inputs;

namespace MinkActors.Vectors.OpTee;

/// <summary>Register images: what they are follows from a0, and from the inputs where a0 is a result.</summary>
internal static class OpTeeRegisterImages
{
    /// <summary>Names whose return has no inputs.</summary>
    private static readonly Dictionary<string, OpTeeReturn> NamedReturns = new()
    {
        ["flow-8-done"] = OpTeeReturn.Ok,
        ["mediator-error-17th-call"] = OpTeeReturn.ThreadLimit,
        ["mediator-error-unaligned"] = OpTeeReturn.BadAddress,
        ["mediator-error-unknown-cmd"] = OpTeeReturn.BadCommand,
        ["mediator-error-resume"] = OpTeeReturn.Resume,
        ["mediator-error-not-mediated"] = OpTeeReturn.UnknownFunction,
    };

    public static string? Judge(VectorCase vector)
    {
        if (!OpTeeRegisters.TryRead(vector.Image, out var registers))
        {
            return $"a register image has {OpTeeRegisters.Size} bytes, not {vector.Image.Length}";
        }
        var isCall = OpTeeWords.IsKnown(registers[0]);
        var fault = RegisterMap.Compare(vector, 'a', index => registers[index], isCall, out var listed);
        if (fault is not null)
        {
            return fault;
        }
        var facts = new Facts().Prose("note");
        var again = isCall ? Call(facts, registers)
            : OpTeeReturnWord.IsRpc(registers[0], out var function) ? Rpc(facts, registers, function)
            : Return(vector, facts, registers, out fault);
        fault ??= facts.Compare(vector.Inputs);
        foreach (var index in listed)
        {
            fault ??= again[index] == registers[index] ? null : $"a{index}: encoded {again[index]:x8}, the vector has {registers[index]:x8}";
        }
        return fault;
    }

    private static OpTeeRegisters Call(Facts facts, in OpTeeRegisters registers)
    {
        var id = new OpTeeFunctionId(registers[0]);
        facts.Number("client", registers[7]);
        if (id == OpTeeFunctionId.ReturnFromRpc)
        {
            var resumed = registers;
            resumed[0] = OpTeeReturnWord.Rpc(default);
            facts.Number("thread", registers[3]).Number("buffer", registers.Pair(1))
                .Number("cookie", registers.Pair(4) != 0 ? registers.Pair(4) : registers.Pair(1));
            return registers.Pair(4) != 0
                ? OpTeeRegisters.ResumeAllocate(resumed, registers.Pair(1), registers.Pair(4)) : OpTeeRegisters.ResumeOf(resumed);
        }
        if (id.CarriesMessage)
        {
            var address = registers.Pair(1);
            facts.Number("arg", address).Number("guest_arg", address).Number("shadow", address).Number("cookie", address)
                .Number("offset", registers[3]).Number("cache", registers[3]);
            return OpTeeRegisters.Call(address, registers[3], registers[7], id);
        }
        facts.Number("domain", registers[1] - 1).Number("nsec", registers[1]);
        return OpTeeRegisters.Fast(id, registers[1], registers[7]);
    }

    private static OpTeeRegisters Rpc(Facts facts, in OpTeeRegisters registers, OpTeeRpcFunction function)
    {
        facts.Number("thread", registers[3]).Number("func", (ushort)function);
        if (function == OpTeeRpcFunction.Allocate)
        {
            facts.Number("size", registers[1]);
        }
        else
        {
            facts.Number("cookie", registers.Pair(1));
        }
        return OpTeeRegisters.RpcReturn(function, registers[1], registers[2], registers[3]);
    }

    private static OpTeeRegisters Return(VectorCase vector, Facts facts, in OpTeeRegisters registers, out string? fault)
    {
        fault = null;
        if (vector.Has("uuid"))
        {
            facts.Uuid("uuid", registers.Uuid());
            return OpTeeRegisters.ReturnUuid(registers.Uuid());
        }
        if (vector.Has("value"))
        {
            facts.Number("value", registers.Pair(1));
            OpTeeRegisters pair = default;
            pair.SetPair(1, registers.Pair(1));
            return pair;
        }
        if (vector.Has("secure"))
        {
            var exchange = CapabilityExchange.From(registers);
            facts.Prose("nsec").Text("secure", CapabilityNames.Of(exchange.Capabilities))
                .Number("max_notif", exchange.NotificationMax).Number("rpc_params", exchange.RpcParameters);
            return exchange.ToRegisters();
        }
        if (vector.Has("secure_said"))
        {
            var said = (OpTeeCapabilities)vector.Input("secure_said");
            facts.Prose("secure_said", "mask");
            var mediated = OpTeeRegisters.Return(OpTeeReturn.Ok);
            mediated[1] = (uint)CapabilityExchange.Up(said);
            return mediated;
        }
        var again = OpTeeRegisters.Return((OpTeeReturn)registers[0]);
        if (vector.Has("base", "size"))
        {
            facts.Number("base", registers[1]).Number("size", registers[2]).Number("pa_width", registers[3]);
            (again[1], again[2], again[3]) = (registers[1], registers[2], registers[3]);
        }
        else if (vector.Name == "revision-return")
        {
            (again[0], again[1]) = (2, 0);
        }
        else if (NamedReturns.TryGetValue(vector.Name, out var named))
        {
            again[0] = (uint)named;
        }
        else if (!vector.NoInput)
        {
            return Numbers(vector, facts, registers);
        }
        else if (!Enum.IsDefined((OpTeeReturn)registers[0]))
        {
            fault = $"a0 = {registers[0]:x8} is no return code and the inputs describe nothing";
        }
        return again;
    }

    /// <summary>A return that is only numbers (a count, a revision, a static area): each input must stand in a register, and the
    /// registers that no input explains must be those of a bare return.</summary>
    private static OpTeeRegisters Numbers(VectorCase vector, Facts facts, in OpTeeRegisters registers)
    {
        var again = OpTeeRegisters.Return((OpTeeReturn)registers[0]);
        foreach (var input in vector.Inputs.EnumerateObject())
        {
            for (var i = 0; InputNumber.TryRead(input.Value, out var number) && i < OpTeeRegisters.Count; i++)
            {
                if (registers[i] == number)
                {
                    again[i] = (uint)number;
                    facts.Words(number);
                }
            }
        }
        return again;
    }
}
