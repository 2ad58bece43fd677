using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MinkActors.Linux")]
[assembly: InternalsVisibleTo("MinkActors.Testing")]
[assembly: InternalsVisibleTo("MinkActors.Emulator.Tests")]
[assembly: InternalsVisibleTo("MinkActors.Tests")]
[assembly: InternalsVisibleTo("MinkActors.Testing.Tests")]
[assembly: InternalsVisibleTo("MinkActors.Linux.Tests")]
[assembly: InternalsVisibleTo("MinkActors.Sisters.Tests")]
// Measured and tested from inside: the kernel without its services.
[assembly: InternalsVisibleTo("mink")]
[assembly: InternalsVisibleTo("MinkActors.Perf")]
[assembly: InternalsVisibleTo("MinkActors.Akka.Tests")]
