using Microsoft.Extensions.Logging;

namespace MinkActors;

/// <summary>Every line the runtime logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Refused: {What}")]
    public static partial void Refused(ILogger logger, string what);

    [LoggerMessage(2, LogLevel.Error, "The code of {Host} threw while serving method {Method}")]
    public static partial void CodeFailed(ILogger logger, string host, int method, Exception failure);

    [LoggerMessage(3, LogLevel.Warning, "RELEASE of {Name} was not answered: {Reason}")]
    public static partial void ReleaseLost(ILogger logger, string name, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Stopped with work left: {What}")]
    public static partial void StoppedWith(ILogger logger, string what);

    [LoggerMessage(6, LogLevel.Error, "The transaction of {Invocation} failed")]
    public static partial void InvocationFailed(ILogger logger, string invocation, Exception failure);

    [LoggerMessage(5, LogLevel.Error, "An actor failed: {Actor}, {Directive}")]
    public static partial void ActorFailed(ILogger logger, string actor, string directive, Exception failure);
}
