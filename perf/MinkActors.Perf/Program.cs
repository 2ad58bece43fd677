using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MinkActors.Perf;

// dotnet run -c Release --project perf/MinkActors.Perf -- --filter '*Null*'
// --in-process: without a project generated and built for each class; quicker to start, and enough to compare within a class.
// --intercepted: no BenchmarkDotNet at all; an intercepted invocation beside a bare intercepted ioctl, in seconds.
if (args.Contains("--intercepted"))
{
    await InterceptedComparison.RunAsync(Console.Out);
    return;
}

var inProcess = args.Contains("--in-process");
var config = inProcess
    ? DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    : DefaultConfig.Instance;
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args.Where(argument => argument != "--in-process")], config);
