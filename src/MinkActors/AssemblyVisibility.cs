using System.Runtime.CompilerServices;

// The rooms above are part of the product: they build on the same transactions instead of beside them.
[assembly: InternalsVisibleTo("MinkActors.Emulator")]
[assembly: InternalsVisibleTo("MinkActors.Linux")]
[assembly: InternalsVisibleTo("MinkActors.Sisters")]
[assembly: InternalsVisibleTo("MinkActors.Testing")]
[assembly: InternalsVisibleTo("MinkActors.Tests")]
[assembly: InternalsVisibleTo("MinkActors.Emulator.Tests")]
[assembly: InternalsVisibleTo("MinkActors.Testing.Tests")]
[assembly: InternalsVisibleTo("MinkActors.Linux.Tests")]
[assembly: InternalsVisibleTo("MinkActors.Sisters.Tests")]
// Measured and tested from inside: the kernel without its services.
[assembly: InternalsVisibleTo("mink")]
[assembly: InternalsVisibleTo("MinkActors.Perf")]
[assembly: InternalsVisibleTo("MinkActors.Akka.Tests")]
