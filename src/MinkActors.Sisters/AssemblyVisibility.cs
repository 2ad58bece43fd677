using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MinkActors.Testing")]
[assembly: InternalsVisibleTo("MinkActors.Sisters.Tests")]
[assembly: InternalsVisibleTo("MinkActors.Testing.Tests")]
[assembly: InternalsVisibleTo("mink")]
