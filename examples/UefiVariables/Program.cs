// One idea: an application of QSEE that cannot go on alone. Before it sets a variable, uefisecapp asks a listener of ours to work;
// the variables outlive the secure world.
var disk = new MemoryVariableStorage();                       // FileVariableStorage keeps them in a file
var vendor = new Guid("8be4df61-93ca-11d2-aa0d-00e098032b8c");
const EfiAttributes kept = EfiAttributes.NonVolatile | EfiAttributes.BootService | EfiAttributes.Runtime;

await using (var qsee = await QseecomSystem.StartAsync(o => o.UseEmulatedQsee(q => q.LoadUefi(disk, made: app => app.AsksListener = true))))
{
    Console.WriteLine($"QSEE {qsee.Version}, clients: {string.Join(", ", qsee.Clients.Select(client => client.Name))}");
    Console.WriteLine($"without the listener: {await qsee.Variables.SetAsync("BootNext", vendor, kept, 2, new byte[] { 1, 0 })}");

    await using var storage = await qsee.RegisterListenerAsync(UefiSecureApp.ListenerId, 4096, new StorageListener());
    Console.WriteLine($"with it: {await qsee.Variables.SetAsync("BootNext", vendor, kept, 2, new byte[] { 1, 0 })}");
}

await using var again = await QseecomSystem.StartAsync(o => o.UseEmulatedQsee(q => q.LoadUefi(disk)));
foreach (var variable in await again.Variables.ListAsync()) Console.WriteLine($"after a restart: {variable.Name} = {Convert.ToHexString(variable.Data)}");

internal sealed class StorageListener : IQseecomListener
{
    public async ValueTask HandleAsync(ListenerRequest request, CancellationToken cancellationToken)
    {
        await Task.Yield();                                   // the application waits in QSEE meanwhile; others may be called
        Console.WriteLine($"listener 0x{request.ListenerId:X}: QSEE asked, {request.Size} bytes are shared with it");
    }
}
