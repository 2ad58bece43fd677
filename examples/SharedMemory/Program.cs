using System.Buffers.Binary;

// One idea: memory is a reference like any other; it goes back after the last mapping, not before.
await using var mink = await MinkSystem.StartAsync(o => o.UseEmulator());
using var env = await mink.OpenClientEnvAsync(Credentials.ForCurrentProcess());
using var tests = await env.LoadAppAsync("tzecotestapp");
using var opened = await tests.InvokeAsync(0, Argument.In(5u), Argument.OutObject);
using var tester = opened.EnsureOk().TakeObject()!;

using (var page = mink.ShareMemory(1))
{
    Console.WriteLine($"shared {page.Size} bytes");
    BinaryPrimitives.WriteUInt64LittleEndian(page.Span, 0xFEEDC0DE_FACE0001);
    using var access = await tester.InvokeAsync(0, Argument.In(page));         // map, check, write, unmap, release
    Console.WriteLine($"{access.Code}: the first word is now {BinaryPrimitives.ReadUInt64LittleEndian(page.Span):X}");
}
var memory = mink.GetLiveReferences().References.Count(reference => reference.Kind == ObjectKind.Memory);
Console.WriteLine($"memory objects alive: {memory}");
