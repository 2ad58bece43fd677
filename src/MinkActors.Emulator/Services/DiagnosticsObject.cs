using System.Text;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>What the secure world says about itself: the emulator's own accounting, not a device's (spec/04 section 6).</summary>
internal sealed class DiagnosticsObject(SecureServices services) : DiagnosticsSkeleton
{
    // Figures for what an object and a loaded application cost the heap besides what the application asked for.
    private const int BytesPerObject = 256;
    private const int StackPerApplication = 0x2000;

    protected override ValueTask<ResultCode> QueryHeapInfoAsync(QueryHeapInfoCall call)
    {
        var total = services.Options.HeapSize;
        var overhead = (int)Math.Min(total, (long)services.Domain.Objects * BytesPerObject);
        var used = (int)Math.Min(total, (long)services.Applications.HeapUsed + overhead);
        call.Heap = new HeapInfo
        {
            TotalSize = (uint)total,
            UsedSize = (uint)used,
            FreeSize = (uint)(total - used),
            OverheadSize = (uint)overhead,
            WastedSize = 0,
            LargestFreeBlockSize = (uint)(total - used),
        };
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> QueryLoadedAppsAsync(QueryLoadedAppsCall call)
    {
        var names = string.Join('\n', services.Applications.Loaded.Select(application => application.Name));
        call.SetNames(Encoding.ASCII.GetBytes(names + "\0"));
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> QueryAppRegionAsync(QueryAppRegionCall call)
    {
        var total = (ulong)services.Options.ApplicationRegionSize;
        var free = total - (ulong)Math.Min(services.Options.ApplicationRegionSize, services.Applications.RegionUsed);
        call.Ddr = new RegionInfo { TotalSize = total, FreeSize = free, LargestContiguousSize = free };
        call.Pimem = default;
        call.IsScatteredSupported = 0;
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> QueryAppInfoAsync(QueryAppInfoCall call)
    {
        if (services.Applications.Find(Encoding.ASCII.GetString(call.Name)) is not { } application) return new(IDiagnostics.Errors.AppNotFound);
        var code = application.Instance.Code;
        call.Info = new AppInfo
        {
            Status = application.Instance.IsAlive ? IDiagnostics.StatusIdle : IDiagnostics.StatusAborted,
            UserStackSize = (uint)code.StackSize,
            ElStackSize = StackPerApplication,
            AcceptBufferSize = (uint)code.AcceptBufferSize,
            PhysicalMemorySize = (ulong)application.ImageSize + (ulong)code.HeapSize + (ulong)code.StackSize,
        };
        return new(ResultCode.Ok);
    }

    protected override ValueTask<ResultCode> QueryAppDumpAsync(QueryAppDumpCall call)
    {
        if (!services.Options.IsDebugging) return new(IDiagnostics.Errors.Restricted);
        if (services.Applications.Find(Encoding.ASCII.GetString(call.Name)) is null) return new(IDiagnostics.Errors.AppNotFound);
        // C# code has neither registers nor a stack of the machine it stands for: both are empty.
        call.Registers = default;
        call.StackAddress = 0;
        return new(ResultCode.Ok);
    }
}
