namespace MinkActors.Emulator.TestApplications;

/// <summary>What public GlobalPlatform clients ask of their test applications: one class behind all five names (spec/04 section 10).</summary>
public sealed class SessionTestApp : TrustedApplication
{
    private const uint Multiply = 1;
    private const uint AwaitCancellation = 2;
    private const uint HeapTest = 11;
    private const uint PropertyTest = 12;
    private const uint PeerTest = 15;
    private const uint PeerRefusalTest = 16;
    private const uint TemporaryMemory = 20;
    private const uint SharedMemory = 21;

    private static readonly Guid Peer = new("23914957-C174-4EA6-54D1-DA820F77B4B0");

    /// <summary>The published names and UUIDs; the third has no UUID that any client uses.</summary>
    public static IReadOnlyList<(string Name, Guid? Uuid)> Known { get; } =
    [
        ("gptest2", Peer),
        ("gptest", new Guid("CAD10542-34E4-452D-6156-E979AA6E61BC")),
        ("gpsample", null),
        ("example_gpapp_ta32", new Guid("11111111-1111-1111-1111-111111111111")),
        ("gpsample2", new Guid("C02CAC07-2639-4EF0-BC12-C4AF1FB3E276")),
    ];

    /// <inheritdoc/>
    protected internal override IMinkObject CreateAppObject(ClientIdentity client) => new UnimplementedApplication.AppObject();

    /// <inheritdoc/>
    protected internal override ValueTask<(SessionResult Result, TrustedSession? Session)> OpenSessionAsync(SessionOpening opening)
    {
        ArgumentNullException.ThrowIfNull(opening);
        return new((SessionResult.Success, new Session(this, opening.Client)));
    }

    private sealed class Session(SessionTestApp app, ClientIdentity client) : TrustedSession
    {
        protected internal override async ValueTask<SessionResult> InvokeAsync(SessionCommand command)
        {
            var parameters = command.Parameters;
            switch (command.Id)
            {
                case Multiply: return MultiplyBytes(parameters[0], parameters[1]);
                case AwaitCancellation: return await command.WaitForCancellationAsync() ? SessionResult.Cancelled : SessionResult.GenericError;
                case HeapTest: return new byte[app.HeapSize / 2].Length > 0 ? SessionResult.Success : SessionResult.OutOfMemory;
                case PropertyTest: return app.Name.Length > 0 && app.StackSize > 0 ? SessionResult.Success : SessionResult.GenericError;
                case PeerTest: return await CallPeer();
                case PeerRefusalTest: return await app.InvokePeerAsync(Guid.Empty, client, Multiply);
                case TemporaryMemory: return IsAll(parameters[0], 3) ? MultiplyBytes(parameters[2], parameters[1]) : SessionResult.BadParameters;
                case SharedMemory: return FillBeside(parameters[0], parameters[1]);
                default: return SessionResult.NotSupported;
            }
        }

        private async ValueTask<SessionResult> CallPeer()
        {
            var bytes = new byte[] { 1, 2, 3 };
            var result = await app.InvokePeerAsync(Peer, client, Multiply, SessionParameter.Value(5), SessionParameter.Memory(bytes));
            if (result != SessionResult.Success) return result;
            return bytes is [5, 10, 15] ? SessionResult.Success : SessionResult.GenericError;
        }

        private static SessionResult MultiplyBytes(SessionParameter factor, SessionParameter memory)
        {
            if (memory.Type != SessionParameterType.MemoryInOut) return SessionResult.BadParameters;
            foreach (ref var value in memory.WritableBytes) value = (byte)(value * factor.A);
            return SessionResult.Success;
        }

        private static SessionResult FillBeside(SessionParameter given, SessionParameter filled)
        {
            if (!IsAll(given, 1) || filled.Type is not (SessionParameterType.MemoryOutput or SessionParameterType.MemoryInOut)) return SessionResult.BadParameters;
            filled.WritableBytes.Fill(4);
            return SessionResult.Success;
        }

        private static bool IsAll(SessionParameter memory, byte value) => memory.Capacity > 0 && !memory.Bytes.ContainsAnyExcept(value);
    }
}
