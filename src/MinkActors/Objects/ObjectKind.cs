namespace MinkActors;

/// <summary>The kinds of object a reference can name (spec/01 section 1).</summary>
public enum ObjectKind
{
    /// <summary>The one secure object that the normal world has at the start; not counted.</summary>
    Root,
    /// <summary>An object of the other world, reached by invocation.</summary>
    Secure,
    /// <summary>An object hosted here and given out.</summary>
    Callback,
    /// <summary>A shared region.</summary>
    Memory,
    /// <summary>The one normal-world object that the secure world has at the start; not counted.</summary>
    Primordial,
}
