namespace MinkActors.Cli.Bench;

/// <summary>This machine lacks what a measurement needs. The message says what, as a part of a sentence.</summary>
internal sealed class NotMeasurableException(string reason) : Exception(reason);
