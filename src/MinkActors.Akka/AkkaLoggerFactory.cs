using Akka.Event;
using Microsoft.Extensions.Logging;
using AkkaLevel = Akka.Event.LogLevel;
using AkkaSystem = Akka.Actor.ActorSystem;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace MinkActors.Akka;

/// <summary>The runtime's log lines into Akka's log, where its users look for them (and plug in Serilog).</summary>
internal sealed class AkkaLoggerFactory(AkkaSystem akka) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new AkkaLogger(Logging.GetLogger(akka, categoryName));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Lines go to Akka's log; add loggers to the Akka system.");

    public void Dispose()
    {
    }

    private sealed class AkkaLogger(ILoggingAdapter log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(Level level) => level != Level.None && log.IsEnabled(Translate(level));

        public void Log<TState>(Level level, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(level)) log.Log(Translate(level), exception, "{0}", formatter(state, exception));
        }

        private static AkkaLevel Translate(Level level) => level switch
        {
            Level.Trace or Level.Debug => AkkaLevel.DebugLevel,
            Level.Information => AkkaLevel.InfoLevel,
            Level.Warning => AkkaLevel.WarningLevel,
            _ => AkkaLevel.ErrorLevel,
        };
    }
}
