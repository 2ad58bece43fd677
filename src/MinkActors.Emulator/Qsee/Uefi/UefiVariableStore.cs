using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Emulator.Qsee.Uefi;

/// <summary>Sizes of a <see cref="UefiVariableStore"/>.</summary>
/// <param name="Storage">Bytes for names and data of all variables (E7).</param>
/// <param name="VariableMax">Bytes of data of one variable.</param>
public readonly record struct UefiStoreLimits(long Storage = 65536, int VariableMax = 8192)
{
    /// <summary>65536 and 8192.</summary>
    public static UefiStoreLimits Default => new(65536, 8192);
}

/// <summary>
/// The variables of the emulated uefisecapp: rules E3..E9 of spec 08 section 11 without any bytes. Non-volatile changes are
/// recorded before they are made, so that what was answered with success is never lost and what was refused never appears.
/// </summary>
/// <remarks>One owner, which is an actor: nothing here is safe for two threads.</remarks>
public sealed class UefiVariableStore
{
    private const EfiAttributes Access = EfiAttributes.NonVolatile | EfiAttributes.BootService | EfiAttributes.Runtime;
    private const EfiAttributes Refused =
        EfiAttributes.HardwareError | EfiAttributes.AuthenticatedWrite | EfiAttributes.TimeAuthenticatedWrite;

    private readonly VariableLog _log;
    private readonly UefiStoreLimits _limits;
    private readonly List<UefiVariable> _variables;

    /// <summary>Opens the store with what its storage remembers.</summary>
    /// <exception cref="InvalidDataException">The storage holds something else.</exception>
    public UefiVariableStore(IVariableStorage storage, UefiStoreLimits? limits = null)
    {
        _limits = limits ?? UefiStoreLimits.Default;
        _log = VariableLog.Open(storage, out var remembered);
        _variables = [.. remembered];
    }

    /// <summary>All variables in the order they were created.</summary>
    public IReadOnlyList<UefiVariable> Variables => _variables;

    /// <summary>Total, remaining and per-variable bytes (E9).</summary>
    public (long Storage, long Remaining, int VariableMax) Space => (_limits.Storage, _limits.Storage - Used, _limits.VariableMax);

    private long Used => _variables.Sum(variable => variable.Cost);

    /// <summary>The variable of this key, or null.</summary>
    public UefiVariable? Find(in VariableKey key) => IndexOf(key) is >= 0 and var index ? _variables[index] : null;

    /// <summary>The variable behind this one (E8): the first for an empty name, whatever its vendor.</summary>
    /// <returns>Success with a variable; invalid parameter for an unknown start; not found behind the last.</returns>
    public EfiStatus Next(in VariableKey start, out UefiVariable? next)
    {
        next = null;
        var index = start.Name.Length == 0 ? -1 : IndexOf(start);
        if (index < 0 && start.Name.Length != 0)
        {
            return EfiStatus.InvalidParameter;
        }
        if (index + 1 >= _variables.Count)
        {
            return EfiStatus.NotFound;
        }
        next = _variables[index + 1];
        return EfiStatus.Success;
    }

    /// <summary>Creates, changes, appends to or deletes (E4..E7). Anything but success has changed nothing.</summary>
    /// <param name="key">Which.</param>
    /// <param name="attributes">As sent, append bit included.</param>
    /// <param name="data">Copied.</param>
    /// <returns>Device error when the storage failed: whether the change survives a restart is then unknown.</returns>
    public EfiStatus Set(in VariableKey key, EfiAttributes attributes, ReadOnlySpan<byte> data)
    {
        var append = (attributes & EfiAttributes.Append) != 0;
        var index = IndexOf(key);
        if (!append && (data.Length == 0 || attributes == EfiAttributes.None))
        {
            return index < 0 ? EfiStatus.NotFound : Remove(index);
        }
        var stored = attributes & ~EfiAttributes.Append;
        var status = CheckAttributes(stored);
        if (status == EfiStatus.Success && index >= 0 && _variables[index].Attributes != stored)
        {
            status = EfiStatus.InvalidParameter;
        }
        if (status != EfiStatus.Success || (append && data.Length == 0))
        {
            return status;
        }
        var kept = append && index >= 0 ? _variables[index].Data : [];
        var variable = new UefiVariable(key, stored, [.. kept, .. data]);
        if (variable.Data.Length > _limits.VariableMax)
        {
            return EfiStatus.InvalidParameter;
        }
        var freed = index < 0 ? 0 : _variables[index].Cost;
        return Used - freed + variable.Cost > _limits.Storage ? EfiStatus.OutOfResources : Put(index, variable);
    }

    private static EfiStatus CheckAttributes(EfiAttributes attributes)
    {
        if ((attributes & ~(Access | Refused)) != 0)
        {
            return EfiStatus.InvalidParameter;
        }
        if ((attributes & Refused) != 0)
        {
            return EfiStatus.Unsupported;
        }
        return (attributes & (EfiAttributes.Runtime | EfiAttributes.BootService)) == EfiAttributes.Runtime
            ? EfiStatus.InvalidParameter : EfiStatus.Success;
    }

    private EfiStatus Put(int index, UefiVariable variable)
    {
        if (variable.IsNonVolatile)
        {
            var after = index < 0 ? _variables.Append(variable) : _variables.Select((known, i) => i == index ? variable : known);
            if (!Recorded(() => _log.RecordPut(variable, after.Where(known => known.IsNonVolatile))))
            {
                return EfiStatus.DeviceError;
            }
        }
        if (index < 0)
        {
            _variables.Add(variable);
        }
        else
        {
            _variables[index] = variable;
        }
        return EfiStatus.Success;
    }

    private EfiStatus Remove(int index)
    {
        var gone = _variables[index];
        if (gone.IsNonVolatile && !Recorded(() =>
            _log.RecordDelete(gone, _variables.Where((known, i) => i != index && known.IsNonVolatile))))
        {
            return EfiStatus.DeviceError;
        }
        _variables.RemoveAt(index);
        return EfiStatus.Success;
    }

    private static bool Recorded(Action record)
    {
        try
        {
            record();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private int IndexOf(VariableKey key) => _variables.FindIndex(variable => variable.Key == key);
}
