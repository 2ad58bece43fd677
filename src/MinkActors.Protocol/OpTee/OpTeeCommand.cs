namespace MinkActors.Protocol.OpTee;

/// <summary>The command word of a standard call (spec 09 section 6). Anything else is answered EBADCMD.</summary>
public enum OpTeeCommand : uint
{
    /// <summary>Opens a session to a trusted application.</summary>
    OpenSession = 0,
    /// <summary>Invokes a command in a session.</summary>
    InvokeCommand = 1,
    /// <summary>Closes a session.</summary>
    CloseSession = 2,
    /// <summary>Sets the cancel flag of a running command.</summary>
    Cancel = 3,
    /// <summary>Registers memory by page list.</summary>
    RegisterSharedMemory = 4,
    /// <summary>Ends a registration.</summary>
    UnregisterSharedMemory = 5,
    /// <summary>Notifications: does the deferred work.</summary>
    DoBottomHalf = 6,
    /// <summary>Notifications: ends them.</summary>
    StopNotifications = 7,
    /// <summary>Lends memory to be protected.</summary>
    LendProtectedMemory = 8,
    /// <summary>Takes it back.</summary>
    ReclaimProtectedMemory = 9,
    /// <summary>Asks for a use case's configuration.</summary>
    GetProtectedMemoryConfig = 10,
    /// <summary>FF-A only.</summary>
    AssignProtectedMemory = 11,
}

/// <summary>The command word of an RPC message (spec 09 section 7).</summary>
public enum OpTeeRpcCommand : uint
{
    /// <summary>Loads an application's image.</summary>
    LoadTrustedApplication = 0,
    /// <summary>Frames for the replay-protected block.</summary>
    Rpmb = 1,
    /// <summary>Files; see <see cref="OpTeeFileCommand"/>.</summary>
    FileSystem = 2,
    /// <summary>The time.</summary>
    GetTime = 3,
    /// <summary>Waits for or sends a notification.</summary>
    Notification = 4,
    /// <summary>Sleeps.</summary>
    Suspend = 5,
    /// <summary>Allocates shared memory.</summary>
    SharedMemoryAllocate = 6,
    /// <summary>Frees it.</summary>
    SharedMemoryFree = 7,
    /// <summary>Profiling.</summary>
    GProf = 9,
    /// <summary>Sockets; see <see cref="OpTeeSocketCommand"/>.</summary>
    Socket = 10,
    /// <summary>Tracing.</summary>
    FTrace = 11,
    /// <summary>Supplicant plug-ins.</summary>
    SupplicantPlugin = 12,
    /// <summary>Benchmarks: not supported.</summary>
    BenchmarkRegister = 20,
    /// <summary>I2C: not supported.</summary>
    I2CTransfer = 21,
    /// <summary>Not supported.</summary>
    RpmbProbeReset = 22,
    /// <summary>Not supported.</summary>
    RpmbProbeNext = 23,
    /// <summary>Not supported.</summary>
    RpmbFrames = 24,
}

/// <summary>Sub-commands of <see cref="OpTeeRpcCommand.FileSystem"/>, in [0].a.</summary>
public enum OpTeeFileCommand : ulong
{
    /// <summary>[1] name; [2].a handle.</summary>
    Open = 0,
    /// <summary>[1] name; [2].a handle.</summary>
    Create = 1,
    /// <summary>[0].b handle.</summary>
    Close = 2,
    /// <summary>[0].b handle, c offset; [1] data.</summary>
    Read = 3,
    /// <summary>[0].b handle, c offset; [1] data.</summary>
    Write = 4,
    /// <summary>[0].b handle, c length.</summary>
    Truncate = 5,
    /// <summary>[1] name.</summary>
    Remove = 6,
    /// <summary>[0].b overwrite; [1] old name; [2] new name.</summary>
    Rename = 7,
    /// <summary>[1] name; [2].a handle.</summary>
    OpenDirectory = 8,
    /// <summary>[0].b handle.</summary>
    CloseDirectory = 9,
    /// <summary>[0].b handle; [1] name out.</summary>
    ReadDirectory = 10,
}

/// <summary>Sub-commands of <see cref="OpTeeRpcCommand.Socket"/>, in [0].a; [0].b is the instance.</summary>
public enum OpTeeSocketCommand : ulong
{
    /// <summary>[1] port, protocol, IP version; [2] address; [3].a handle.</summary>
    Open = 0,
    /// <summary>[0].c handle.</summary>
    Close = 1,
    /// <summary>No handle.</summary>
    CloseAll = 2,
    /// <summary>[0].c handle; [1] data; [2].a timeout, b bytes sent.</summary>
    Send = 3,
    /// <summary>[0].c handle; [1] data; [2].a timeout.</summary>
    Receive = 4,
    /// <summary>[0].c handle; [1] buffer; [2].a command.</summary>
    IoControl = 5,
}

/// <summary>Whose memory an SHM_ALLOC asks for.</summary>
public enum OpTeeSharedMemoryKind : ulong
{
    /// <summary>The supplicant's.</summary>
    Application = 0,
    /// <summary>The driver's.</summary>
    Kernel = 1,
    /// <summary>Refused.</summary>
    Global = 2,
}
