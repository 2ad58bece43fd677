namespace MinkActors.Linux.Abi;

/// <summary>Field b of an object parameter: whose number field a is (spec/03 section 6).</summary>
[Flags]
internal enum ObjectFlags : ulong
{
    None = 0,

    /// <summary>A secure object of the context's own table.</summary>
    Tee = 1,

    /// <summary>A user object; the number is the client's own.</summary>
    User = 2,

    /// <summary>A shared memory id of SHM_ALLOC.</summary>
    Memory = 4,
}
