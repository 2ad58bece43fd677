using System.CommandLine;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace MinkActors.Cli.Screen;

/// <summary>What every command understands.</summary>
internal static class CommonOptions
{
    /// <summary>One JSON document on standard output instead of tables.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document for scripts instead of tables." };

    /// <summary>Which log lines go to standard error.</summary>
    public static Option<LogEventLevel> LogLevel() => new("--log-level")
    {
        Description = "Log lines of this level and above go to standard error.",
        DefaultValueFactory = _ => LogEventLevel.Error,
    };

    /// <summary>The logger of one run. Serilog stands at this edge only: the libraries know the abstractions.</summary>
    public static ILoggerFactory Logging(LogEventLevel level) => new SerilogLoggerFactory(
        new LoggerConfiguration().MinimumLevel.Is(level).WriteTo.Console(standardErrorFromLevel: LogEventLevel.Verbose).CreateLogger(), dispose: true);
}
