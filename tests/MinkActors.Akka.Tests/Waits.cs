namespace MinkActors.Akka.Tests;

/// <summary>How long the TestKit waits for what a test expects. Its own three seconds are less than a loaded machine may take.</summary>
internal static class Waits
{
    public const string AsLongAsNeeded = """

        akka.test { single-expect-default = 5m, default-timeout = 5m, filter-leeway = 5m }
        """;
}
