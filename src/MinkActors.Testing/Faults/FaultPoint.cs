using System.Text.Json.Serialization;

namespace MinkActors.Testing;

/// <summary>Where a fault can happen. Each passage of a point counts from 1 in a run.</summary>
public enum FaultPoint
{
    /// <summary>A message is about to enter the secure world. RELEASEs have a point of their own.</summary>
    [JsonStringEnumMemberName("transport-entry")] TransportEntry,

    /// <summary>The secure world is about to come back.</summary>
    [JsonStringEnumMemberName("transport-exit")] TransportExit,

    /// <summary>A callback object is about to be called.</summary>
    [JsonStringEnumMemberName("callback-dispatch")] CallbackDispatch,

    /// <summary>A callback object has answered.</summary>
    [JsonStringEnumMemberName("callback-reply")] CallbackReply,

    /// <summary>A RELEASE is about to enter the secure world.</summary>
    [JsonStringEnumMemberName("release")] Release,

    /// <summary>The object table: its size. Not passed, but set when a run starts.</summary>
    [JsonStringEnumMemberName("table")] Table,

    /// <summary>Shared memory is asked for.</summary>
    [JsonStringEnumMemberName("buffer")] Buffer,

    /// <summary>The secure world looks a shared region up in order to map it.</summary>
    [JsonStringEnumMemberName("map")] Map,

    /// <summary>The secure world is about to give a mapping up.</summary>
    [JsonStringEnumMemberName("unmap")] Unmap,

    /// <summary>The code of a callback object, in the middle of a call.</summary>
    [JsonStringEnumMemberName("actor")] Actor,

    /// <summary>A client of the normal world, between two calls.</summary>
    [JsonStringEnumMemberName("client")] Client,

    /// <summary>A trusted application, when it is called.</summary>
    [JsonStringEnumMemberName("application")] Application,

    /// <summary>Time: how long each step takes. Not passed, but set when a run starts.</summary>
    [JsonStringEnumMemberName("time")] Time,
}

/// <summary>What happens at a point.</summary>
public enum FaultAction
{
    /// <summary>It is answered with an error, and nothing is done.</summary>
    [JsonStringEnumMemberName("refuse")] Refuse,

    /// <summary>It happens later in virtual time; the value is in milliseconds.</summary>
    [JsonStringEnumMemberName("delay")] Delay,

    /// <summary>It happens twice.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate,

    /// <summary>It never happens, and nobody is told.</summary>
    [JsonStringEnumMemberName("drop")] Drop,

    /// <summary>The next one at this point goes first.</summary>
    [JsonStringEnumMemberName("reorder")] Reorder,

    /// <summary>Bytes of the message change.</summary>
    [JsonStringEnumMemberName("corrupt")] Corrupt,

    /// <summary>A resource has run out; for the table the value is its size.</summary>
    [JsonStringEnumMemberName("exhaust")] Exhaust,

    /// <summary>Whoever is there dies: code throws, a client lets all go, an application is unloaded.</summary>
    [JsonStringEnumMemberName("kill")] Kill,
}
