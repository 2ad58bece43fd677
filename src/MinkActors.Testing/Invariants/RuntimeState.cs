using System.Runtime.CompilerServices;
using MinkActors.Emulator;

namespace MinkActors.Testing;

/// <summary>Fields of the runtime that hold references and that nothing else shows. Reading them costs the runtime nothing: it has no seam for tests.</summary>
internal static class RuntimeState
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_inputs")]
    public static extern ref ObjectSlots<MinkObject> Inputs(Invocation invocation);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_outputs")]
    public static extern ref ObjectSlots<MinkObject> Outputs(Invocation invocation);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_holdsTarget")]
    public static extern ref bool HoldsTarget(Invocation invocation);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_inputs")]
    public static extern ref ObjectSlots<MinkObject> Inputs(IncomingCall call);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_outputs")]
    public static extern ref ObjectSlots<MinkObject> Outputs(IncomingCall call);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_table")]
    public static extern ref TableRequest TableRequest(DirectInvocation invocation);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_replyTo")]
    public static extern ref Actors.Actor ReplyTo(TableRequest request);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_callback")]
    public static extern ref IncomingCall? Callback(DirectInvocation invocation);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_inbound")]
    public static extern ref SharedRegion? Inbound(DirectInvocation invocation);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_outbound")]
    public static extern ref SharedRegion? Outbound(DirectInvocation invocation);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_call")]
    public static extern ref IncomingCall? Call(LocalInvocation invocation);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_call")]
    public static extern ref IncomingCall Call(SecureThread thread);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_waitingFirst")]
    public static extern ref IncomingCall? Waiting(HostedObject hosted);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_ids")]
    public static extern ref Queue<uint> Ids(PendingReleases releases);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_references")]
    public static extern ref int[] References(SecureTable table);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_free")]
    public static extern ref Dictionary<int, Stack<SharedRegion>> Free(BufferPool pool);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_returnTo")]
    public static extern ref Actors.Actor ReturnTo(SecureEntry entry);
}
