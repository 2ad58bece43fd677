using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MinkActors.Testing.Tests")]
