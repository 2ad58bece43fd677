namespace MinkActors.Idl.Tests;

/// <summary>The .idl files of the services, against the numbers and counts of spec/04 and spec/05.</summary>
public class ServiceInterfaceTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Interfaces");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.idl").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    private static IdlCompilation Compile(string file) => IdlCompiler.Compile(Path.Combine(Folder, file), new DiskFileSource());

    [Theory]
    [MemberData(nameof(Files))]
    public void Given_a_service_interface_When_compiled_Then_there_is_no_finding_and_its_csharp_compiles(string file)
    {
        var compilation = Compile(file);

        Assert.Empty(compilation.Diagnostics);
        GeneratedCode.Check([.. compilation.Files.Select(f => CSharpEmitter.Emit(compilation, f, new CSharpOptions { Namespace = "Services" }).Text)]);
    }

    [Theory]
    [InlineData("IClientEnv", "open 0x1001, registerLegacy 0x1001, registerAsClient 0x1100, registerWithWhitelist 0x1101, notifyDomainChange 0x0000, registerWithCredentials 0x1100, loadCmnlibFromBuffer 0x0001, configTaRegion 0x0001, adciAccept 0x0000, adciShutdown 0x0000")]
    [InlineData("IIO", "getLength 0x0010, readAtOffset 0x0011, writeAtOffset 0x0002")]
    [InlineData("ICredentials", "getPropertyByIndex 0x0021, getValueByName 0x0011")]
    [InlineData("IAppLoader", "loadFromBuffer 0x1001, loadFromRegion 0x1100, loadEmbedded 0x1001, connect 0x1001")]
    [InlineData("IAppController", "openSession 0x1455, unload 0x0000, getAppObject 0x1000, installCBO 0x0101, disconnect 0x0000, restart 0x0000")]
    [InlineData("IDiagnostics", "queryHeapInfo 0x0010, queryLoadedApps 0x0010, queryAppRegion 0x0030, queryAppInfo 0x0011, queryAppDump 0x0031")]
    [InlineData("IOpener", "open 0x1001")]
    [InlineData("ISMCIExample", "add 0x0011")]
    [InlineData("IAppLegacyTest", "handleRequest 0x0011")]
    [InlineData("ITestMemManager", "access 0x0100, failRead 0x0100, failWrite 0x0100, failRelease 0x0100, fail64Bit 0x0100, failOverlap 0x0200, accessTwoMemObjects 0x0200, releaseImmediately 0x0100, skipUnmapMo 0x0101")]
    [InlineData("IGPAppClient", "openSession 0x1556, openSessionV2 0x1556")]
    [InlineData("IGPSession", "close 0x0000, invokeCommand 0x0455")]
    [InlineData("IWait", "wait 0x0011, signal 0x0001")]
    [InlineData("IRegisterListenerCBO", "register 0x0201")]
    [InlineData("IListenerCBO", "request 0x4020, wait 0x0000")]
    [InlineData("IMemRegion", "getData 0x0011, setData 0x0002, createRestrictedRegion 0x1001")]
    [InlineData("IRegisterTABufCBO", "register 0x0100")]
    [InlineData("IRequestTABuffer", "get 0x1001")]
    public void Given_a_service_interface_When_numbered_Then_methods_and_counts_are_the_specifications(string name, string expected) =>
        Assert.Equal(expected, string.Join(", ", Compile(name + ".idl").Unit.Find(name)!.Methods.Select(m => $"{m.Name} 0x{m.CountsWord:x4}")));

    [Theory]
    [InlineData("ITestCallable", 15, "callGetTwoMemObjects", 0x2000)]
    [InlineData("ITestCallable", 5, "callGetThreeObjects", 0x3000)]
    [InlineData("ITestCallable", 10, "callWithDelay", 0x10)]
    [InlineData("ITestCallable", 14, "callGetMemObjectWithBufferInAndOut", 0x1011)]
    [InlineData("ITestCBack", 5, "callWithObject", 0x200)]
    [InlineData("ITestCBack", 8, "callAddInt", 0x111)]
    [InlineData("ITestCBack", 12, "callWithDelay", 0x110)]
    [InlineData("ITestCBack", 17, "callGetTwoMemObjects", 0x100)]
    public void Given_a_test_interface_When_numbered_Then_a_method_is_where_the_specification_has_it(string name, int op, string method, int counts)
    {
        var lowered = Compile(name + ".idl").Unit.Find(name)!.Methods[op];

        Assert.Equal((op, method, (uint)counts), (lowered.Op, lowered.Name, lowered.CountsWord));
    }

    [Theory]
    [InlineData("IAppLoader", "ELF_LOADING", 27)]
    [InlineData("IAppLoader", "APP_NOT_LOADED", 22)]
    [InlineData("IAppController", "APP_RESTART_FAILED", 20)]
    [InlineData("IAppController", "APP_IN_USE", 13)]
    [InlineData("IDiagnostics", "RESTRICTED", 12)]
    [InlineData("IIO", "INVALID_BUFFER_AND_OFFSET", 12)]
    [InlineData("ICredentials", "VALUE_SIZE", 12)]
    [InlineData("IGPAppClient", "ACCESS_DENIED", 16)]
    [InlineData("IGPSession", "CLOSED", 10)]
    [InlineData("IRegisterListenerCBO", "REG_NOT_ALLOWED_FROM_CURRENT_VM", 14)]
    [InlineData("ITestCBack", "ERROR", 12)]
    public void Given_an_error_of_a_service_When_numbered_Then_it_is_the_specifications(string name, string error, int code) =>
        Assert.Equal(code, Compile(name + ".idl").Unit.Find(name)!.Errors.Single(e => e.Name == error).Code);

    [Theory]
    [InlineData("IGPAppClient", "openSession", "20, 1, 1, 1, 1, 1 -> 24, 1, 1, 1, 1")]
    [InlineData("IGPAppClient", "openSessionV2", "24, 1, 1, 1, 1, 1 -> 24, 1, 1, 1, 1")]
    [InlineData("IGPSession", "invokeCommand", "20, 1, 1, 1, 1 -> 24, 1, 1, 1, 1")]
    [InlineData("IDiagnostics", "queryAppRegion", " -> 24, 24, 4")]
    [InlineData("IDiagnostics", "queryAppDump", "1 -> 336, 1, 8")]
    [InlineData("IClientEnv", "configTaRegion", "12 -> ")]
    [InlineData("IWait", "wait", "12 -> 4")]
    public void Given_a_method_with_several_small_values_When_laid_out_Then_the_buffers_have_the_specified_sizes(string name, string method, string expected)
    {
        var lowered = Compile(name + ".idl").Unit.Find(name)!.FindMethod(method)!;

        Assert.Equal(expected, $"{string.Join(", ", lowered.In.Buffers.Select(b => b.Size))} -> {string.Join(", ", lowered.Out.Buffers.Select(b => b.Size))}");
    }
}
