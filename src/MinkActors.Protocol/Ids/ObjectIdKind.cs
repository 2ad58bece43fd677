namespace MinkActors.Protocol;

/// <summary>What an id can name. Decided by the number alone; whether such an object lives is the runtime's to know.</summary>
public enum ObjectIdKind
{
    /// <summary>0: no object. Legal wherever an object argument stands, never as a target.</summary>
    Null,

    /// <summary>1: the secure side's one static object. Not counted. Malformed as an argument that the normal side receives.</summary>
    Root,

    /// <summary>2 to 0x7FFFFFFF: hosted on the secure side, which chose the number.</summary>
    Secure,

    /// <summary>0x80000000: the normal side's one static object. Not counted.</summary>
    Primordial,

    /// <summary>0x80000001 and above: hosted on the normal side, which chose the number when it sent the object.</summary>
    Callback,
}
