using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MinkActors.Cli.Tests")]
