using System.Runtime.CompilerServices;

// An engine of its own package: it needs an actor's parent and placement, and the mark of a message that is in a mailbox.
[assembly: InternalsVisibleTo("MinkActors.Akka")]
