using System.Collections;

namespace MinkActors.Linux.Interception;

/// <summary>A program to start under interception.</summary>
internal sealed record CommandToRun
{
    /// <summary>A path, or a name that is looked up in PATH.</summary>
    public required string Program { get; init; }

    /// <summary>What follows the program's own name.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>NAME=value lines; ours by default.</summary>
    public IReadOnlyList<string> Environment { get; init; } = OurEnvironment();

    /// <summary>Ours when null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What the program gets as descriptors 0, 1, 2 and so on; null leaves ours. Borrowed for the start.</summary>
    public IReadOnlyList<int?> StandardDescriptors { get; init; } = [];

    private static List<string> OurEnvironment()
    {
        var lines = new List<string>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables()) lines.Add($"{variable.Key}={variable.Value}");
        return lines;
    }
}
