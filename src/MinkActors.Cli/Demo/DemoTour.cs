using System.Buffers.Binary;
using MinkActors.Emulator;
using MinkActors.Protocol;

namespace MinkActors.Cli.Demo;

/// <summary>The steps of the demonstration, in the order a newcomer meets them.</summary>
internal sealed class DemoTour(MinkSystem mink, HopLog log)
{
    private const string Adder = "smcinvoke_skeleton_ta64";
    private const string TestApplication = "tzecotestapp";
    private const uint Add = 0;
    private const uint OpenObject = 0;
    private const uint CallbackTest = 2;
    private const uint CallBack = 2;
    private const uint MemoryTest = 5;
    private const uint Access = 0;
    private const ulong WrittenByUs = 0xFEEDC0DE_FACE0001;
    private const ulong WrittenByThem = 0xFEEDC0DE_FACE0002;

    /// <summary>Runs all steps; throws with the reason when one does not do what it should.</summary>
    public async Task RunAsync(byte[]? image, CancellationToken cancellationToken)
    {
        log.Say("Register: the secure world reads our credentials by calling us back");
        using var env = await mink.OpenClientEnvAsync(Credentials.ForCurrentProcess(), cancellationToken);
        await AddAsync(env, image, cancellationToken);
        log.Say("Load the test application");
        using var tests = await env.LoadAppAsync(ApplicationImage.Create(TestApplication), cancellationToken);
        await CallBackAsync(tests, cancellationToken);
        await ShareMemoryAsync(tests, cancellationToken);
        log.Say("Let everything go");
    }

    private async Task AddAsync(ClientEnvironment env, byte[]? image, CancellationToken cancellationToken)
    {
        if (image is not null && ApplicationImage.Identify(image, out var name) is var verdict)
        {
            if (verdict != ResultCode.Ok) throw new InvalidOperationException($"The file is no application image: {verdict.Describe()}.");
            log.Say($"Load {name} from the file given");
            if (name != Adder)
            {
                using var other = await env.LoadAppAsync(image, cancellationToken);
                log.Say($"{name} is loaded; the numbers are added by the built-in application");
                image = null;
            }
        }
        log.Say("Load an application and add two numbers");
        using var adder = await env.LoadAppAsync(image ?? ApplicationImage.Create(Adder), cancellationToken);
        using var sum = await adder.InvokeAsync(Add, cancellationToken, Argument.In(2u, 3u), Argument.Out<uint>());
        Expect(sum.EnsureOk().Read<uint>() == 5, "2 + 3 should be 5");
        log.Say("2 + 3 = 5");
    }

    private async Task CallBackAsync(Application tests, CancellationToken cancellationToken)
    {
        log.Say("Export an object of ours, hand it over, and be called back");
        using var tester = await OpenAsync(tests, CallbackTest, cancellationToken);
        var counter = new CallCounter();
        using var capability = mink.Export(counter);
        using var reply = await tester.InvokeAsync(CallBack, cancellationToken, Argument.In(capability));
        reply.EnsureOk();
        Expect(counter.Calls == 1, "our object should have been called once");
    }

    private async Task ShareMemoryAsync(Application tests, CancellationToken cancellationToken)
    {
        log.Say("Share a page: the secure world maps it, reads it, writes it");
        using var tester = await OpenAsync(tests, MemoryTest, cancellationToken);
        using var page = mink.ShareMemory(SharedRegion.PageSize);
        BinaryPrimitives.WriteUInt64LittleEndian(page.Span, WrittenByUs);
        using var reply = await tester.InvokeAsync(Access, cancellationToken, Argument.In(page));
        reply.EnsureOk();
        Expect(BinaryPrimitives.ReadUInt64LittleEndian(page.Span) == WrittenByThem, "the page should hold what the secure world wrote");
    }

    private static async Task<Capability> OpenAsync(Application tests, uint id, CancellationToken cancellationToken)
    {
        using var opened = await tests.InvokeAsync(OpenObject, cancellationToken, Argument.In(id), Argument.OutObject);
        return opened.EnsureOk().TakeObject()!;
    }

    private static void Expect(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException($"The demonstration went wrong: {what}.");
    }
}
