using System.Text;
using MinkActors.Emulator.TestApplications;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Services;

/// <summary>IDiagnostics, spec/04 section 6.</summary>
public class DiagnosticsTests
{
    private static readonly byte[] Adder = Encoding.ASCII.GetBytes(AdderApp.DistinguishedName);

    [Fact]
    public async Task Given_a_loaded_application_When_the_heap_is_asked_Then_the_figures_fit_each_other_and_grow()
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        using var diagnostics = new DiagnosticsProxy(await env.OpenAsync(IDiagnostics.Uid));
        var before = await diagnostics.QueryHeapInfoAsync();
        await using var app = await env.LoadAppAsync(AdderApp.DistinguishedName);

        var after = await diagnostics.QueryHeapInfoAsync();

        foreach (var heap in new[] { before, after })
        {
            Assert.True(heap.UsedSize + heap.FreeSize <= heap.TotalSize);
            Assert.True(heap.WastedSize + heap.OverheadSize <= heap.UsedSize);
            Assert.True(heap.LargestFreeBlockSize <= heap.FreeSize);
            Assert.True(heap.TotalSize < 1u << 31);
        }
        Assert.True(after.UsedSize >= before.UsedSize + 0xE000);
    }

    [Fact]
    public async Task Given_loaded_applications_When_listed_Then_names_by_line_with_a_NUL_at_the_end()
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        await using var first = await env.LoadAppAsync(AdderApp.DistinguishedName);
        await using var second = await env.LoadAppAsync(TestApp.DistinguishedName);
        using var diagnostics = new DiagnosticsProxy(await env.OpenAsync(IDiagnostics.Uid));
        var names = new byte[100];

        var length = await diagnostics.QueryLoadedAppsAsync(names);

        Assert.Equal($"{AdderApp.DistinguishedName}\n{TestApp.DistinguishedName}\0", Encoding.ASCII.GetString(names, 0, length));
        var small = await Assert.ThrowsAsync<DiagnosticsException>(async () => await diagnostics.QueryLoadedAppsAsync(new byte[length - 1]));
        Assert.Equal(ResultCode.SizeOut, small.Code);
    }

    [Fact]
    public async Task Given_an_image_in_the_region_When_the_region_is_asked_Then_its_bytes_are_taken()
    {
        await using var world = await TestWorld.StartAsync(e => e.ApplicationRegionSize = 1 << 20);
        await using var env = await world.OpenAsync();
        var image = ApplicationImage.Create(AdderApp.DistinguishedName);
        await using var app = await env.LoadAppAsync(image);
        using var diagnostics = new DiagnosticsProxy(await env.OpenAsync(IDiagnostics.Uid));

        var region = await diagnostics.QueryAppRegionAsync();

        Assert.Equal((1ul << 20, (1ul << 20) - (ulong)image.Length), (region.Ddr.TotalSize, region.Ddr.FreeSize));
    }

    [Fact]
    public async Task Given_an_application_When_asked_about_Then_idle_and_after_a_crash_aborted()
    {
        await using var world = await TestWorld.StartAsync();
        await using var env = await world.OpenAsync();
        await using var app = await env.LoadAppAsync(AdderApp.DistinguishedName);
        using var diagnostics = new DiagnosticsProxy(await env.OpenAsync(IDiagnostics.Uid));

        var info = await diagnostics.QueryAppInfoAsync(Adder);
        world.Secure.Crash(AdderApp.DistinguishedName);

        Assert.Equal((IDiagnostics.StatusIdle, 0x8000u, 0x1000u), (info.Status, info.UserStackSize, info.AcceptBufferSize));
        Assert.Equal(IDiagnostics.StatusAborted, (await diagnostics.QueryAppInfoAsync(Adder)).Status);
        Assert.Equal(IDiagnostics.Errors.AppNotFound, (await Assert.ThrowsAsync<DiagnosticsException>(async () => await diagnostics.QueryAppInfoAsync("no"u8.ToArray()))).Code);
    }

    [Theory]
    [InlineData(false, 12)]
    [InlineData(true, 10)]
    public async Task Given_debugging_is_off_or_on_When_a_dump_is_asked_Then_RESTRICTED_or_looked_up(bool isDebugging, int code)
    {
        await using var world = await TestWorld.StartAsync(e => e.IsDebugging = isDebugging);
        await using var env = await world.OpenAsync();
        using var diagnostics = new DiagnosticsProxy(await env.OpenAsync(IDiagnostics.Uid));

        var refused = await Assert.ThrowsAsync<DiagnosticsException>(async () => await diagnostics.QueryAppDumpAsync("no"u8.ToArray(), new byte[16]));

        Assert.Equal((ResultCode)code, refused.Code);
    }
}
