namespace MinkActors.Protocol;

/// <summary>The part of a message that a <see cref="Refusal"/> is about.</summary>
public enum RefusedField : byte
{
    /// <summary>Nothing was refused.</summary>
    None,

    /// <summary>The message as a whole, in bytes; the limit is the buffer it must fit, or 4 MiB.</summary>
    MessageSize,

    /// <summary>The counts word: bits 31 to 16.</summary>
    Counts,

    /// <summary>How many input buffers there are.</summary>
    InputBufferCount,

    /// <summary>How many output buffers there are.</summary>
    OutputBufferCount,

    /// <summary>How many input objects there are.</summary>
    InputObjectCount,

    /// <summary>How many output objects there are.</summary>
    OutputObjectCount,

    /// <summary>Where an input buffer starts; the limit is the one place where it must, or the end of the message's buffer.</summary>
    InputBufferOffset,

    /// <summary>The size of an input buffer in bytes; the limit is what is left for it.</summary>
    InputBufferSize,

    /// <summary>Where an output buffer starts; the limit is the one place where it must, or the end of the message's buffer.</summary>
    OutputBufferOffset,

    /// <summary>The size of an output buffer in bytes; in a reply the limit is the capacity.</summary>
    OutputBufferSize,

    /// <summary>The id that is invoked; the limit is the nearest id that is allowed.</summary>
    Target,

    /// <summary>The op word; the limit is the highest that may be sent.</summary>
    Operation,

    /// <summary>The id of an input object; the limit is the nearest id that is allowed.</summary>
    InputObject,

    /// <summary>The id of an output object; the limit is the nearest id that is allowed, or the place of its first use.</summary>
    OutputObject,

    /// <summary>The version word of an asynchronous message; the index counts messages.</summary>
    AsyncVersion,

    /// <summary>The op word of an asynchronous message; the index counts messages.</summary>
    AsyncOperation,

    /// <summary>The bytes left for the fixed part of an asynchronous message, of which it needs twelve; the index counts messages.</summary>
    AsyncLength,

    /// <summary>The number of ids in an asynchronous release; the limit is what the rest of the area can hold; the index counts messages.</summary>
    AsyncCount,
}
