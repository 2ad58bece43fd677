namespace MinkActors.Testing.Tests.Gallery;

/// <summary>One bug, planted by replacing one piece of text in one source file.</summary>
/// <param name="Name">What went wrong.</param>
/// <param name="File">The file, from src/; its first folder is the room that is compiled anew.</param>
/// <param name="Find">Occurs in it; the first occurrence is replaced.</param>
/// <param name="Replace">The bug.</param>
public sealed record Mutation(string Name, string File, string Find, string Replace)
{
    public string Room => File[..File.IndexOf('/')];

    public override string ToString() => Name;
}

/// <summary>Small and realistic: a line forgotten, an order turned round, a bound off by one.</summary>
public static class Mutations
{
    public static IReadOnlyList<Mutation> All { get; } = [.. CallMutations.All, .. ObjectMutations.All, .. TableMutations.All, .. SecureWorldMutations.All, .. ProtocolMutations.All, .. ShortWayMutations.All];
}
