using System.Text;
using MinkActors.Emulator.ProtectedMemory;
using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.ProtectedMemory;
using MinkActors.Protocol.Qseecom;

namespace MinkActors.Emulator.Qsee;

/// <summary>What the emulated QSEE is like: its applications, its versions, and which forms of calls it knows (spec/08 section 10).</summary>
public sealed class QseeOptions
{
    private readonly Dictionary<string, Func<QseeApp>> _applications = new(StringComparer.Ordinal);
    private readonly List<string> _atBoot = [];

    /// <summary>0: nothing but answers while an application waits for a listener; 1, 2: no calls to QSEE itself meanwhile; 3: all calls.</summary>
    public int ReentrancyPhase { get; set; } = 3;

    /// <summary>The version of QSEE (feature 10). 4.0.0 unless set.</summary>
    public FeatureVersion Version { get; set; } = FeatureVersion.HighBuffers;

    /// <summary>The version of the scatter-table forms (feature 15). 1.0.0 unless set; 0 when there are none.</summary>
    public FeatureVersion ScatterVersion { get; set; } = FeatureVersion.ScatterTables;

    /// <summary>Whether 50/2/6 and 50/2/7 are known; without them callers fall back to 50/2/1 and 50/2/4.</summary>
    public bool HasSessionForms { get; set; } = true;

    /// <summary>Gives the lowest free application id again instead of a fresh one, as small firmware does (spec/11 D-137).</summary>
    public bool ReusesAppIds { get; set; }

    /// <summary>The protected memory of the platform: provider and directory are loaded as applications, and what is protected is refused as a
    /// buffer (x0 = -3; spec 10). Null: none.</summary>
    public ProtectedMemoryService? ProtectedMemory
    {
        get;
        set
        {
            field = value;
            if (value is null) return;
            Load(ProtectedMemoryService.QseecomApp, () => new ProtectedMemoryQseeApp(value));
            Load(ProtectedMemoryLimits.DirectoryApp, () => new DirectoryQseeApp(ProviderDirectory.Default));
        }
    }

    /// <summary>Told once, when the world has been made.</summary>
    public Action<EmulatedQsee>? Started { get; set; }

    internal IReadOnlyDictionary<string, Func<QseeApp>> Applications => _applications;

    internal IReadOnlyList<string> AtBoot => _atBoot;

    /// <summary>An application that is loaded from the start, as by boot firmware.</summary>
    /// <param name="name">1 to 63 bytes of UTF-8 without a zero.</param>
    /// <param name="make">Makes a fresh one for each load.</param>
    public QseeOptions Load(string name, Func<QseeApp> make)
    {
        Offer(name, make);
        if (!_atBoot.Contains(name)) _atBoot.Add(name);
        return this;
    }

    /// <summary>An application that the normal world may start by handing over an image that begins with its name.</summary>
    /// <param name="name">1 to 63 bytes of UTF-8 without a zero.</param>
    /// <param name="make">Makes a fresh one for each load.</param>
    public QseeOptions Offer(string name, Func<QseeApp> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (Encoding.UTF8.GetByteCount(name) is 0 or >= QseecomLimits.NameBufferSize || name.Contains('\0'))
            throw new ArgumentException($"'{name}' is no application name: 1 to {QseecomLimits.NameBufferSize - 1} bytes without a zero.", nameof(name));
        _applications[name] = make;
        return this;
    }

    /// <summary>uefisecapp over that storage, loaded from the start.</summary>
    /// <param name="storage">Where non-volatile variables live; null: in memory.</param>
    /// <param name="limits">Its sizes.</param>
    /// <param name="made">Told of the application: the way to its fault hooks (E10).</param>
    public QseeOptions LoadUefi(IVariableStorage? storage = null, UefiStoreLimits? limits = null, Action<UefiSecureApp>? made = null)
    {
        storage ??= new MemoryVariableStorage();
        return Load(UefiSecureApp.Name, () =>
        {
            var app = new UefiSecureApp(new UefiVariableStore(storage, limits));
            made?.Invoke(app);
            return new UefiQseeApp(app);
        });
    }

    internal void Check() => ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)ReentrancyPhase, 3u, nameof(ReentrancyPhase));
}
