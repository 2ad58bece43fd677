namespace MinkActors.Idl;

/// <summary>One row of the table of diagnostics (spec/07 section 15). Ids are stable; texts may improve.</summary>
public sealed class IdlRule
{
    private static readonly List<IdlRule> Rules = [];

    private IdlRule(int number, string title, IdlSeverity severity = IdlSeverity.Error)
    {
        Id = "MIDL" + number.ToString("000", System.Globalization.CultureInfo.InvariantCulture);
        Title = title;
        Severity = severity;
        Rules.Add(this);
    }

    /// <summary><c>MIDLnnn</c>.</summary>
    public string Id { get; }

    /// <summary>The condition, without the particulars of one case.</summary>
    public string Title { get; }

    /// <summary>The same in every case.</summary>
    public IdlSeverity Severity { get; }

    /// <summary>All rules, by ascending id.</summary>
    public static IReadOnlyList<IdlRule> All => Rules;

    internal static readonly IdlRule Grammar = new(1, "Text does not follow the grammar");
    internal static readonly IdlRule Unreadable = new(3, "File cannot be read or is not UTF-8");
    internal static readonly IdlRule IncludeNotFound = new(4, "Included file not found");
    internal static readonly IdlRule IncludeAmbiguous = new(5, "Include without directory matches several files", IdlSeverity.Warning);
    internal static readonly IdlRule IncludeCycle = new(6, "Include cycle");
    internal static readonly IdlRule ConstantValue = new(10, "Constant not in the range of, or not a literal for, its type");
    internal static readonly IdlRule VersionRepeated = new(11, "Same version attribute twice");
    internal static readonly IdlRule VersionTwice = new(12, "Two different version attributes");
    internal static readonly IdlRule VersionNumber = new(13, "Version number above 1023");
    internal static readonly IdlRule VersionOrder = new(14, "Version smaller than an earlier one");
    internal static readonly IdlRule DuplicateName = new(20, "Duplicate name");
    internal static readonly IdlRule UnknownType = new(21, "Unknown type");
    internal static readonly IdlRule UnknownBase = new(22, "Base unknown or not an interface");
    internal static readonly IdlRule InheritanceCycle = new(23, "Inheritance cycle");
    internal static readonly IdlRule StructCycle = new(24, "Struct contains itself");
    internal static readonly IdlRule FieldOffset = new(30, "Field offset not a multiple of its alignment");
    internal static readonly IdlRule StructSize = new(31, "Struct size not a multiple of its alignment");
    internal static readonly IdlRule DuplicateField = new(32, "Duplicate field");
    internal static readonly IdlRule ObjectArrayField = new(33, "Array of objects as field");
    internal static readonly IdlRule ArrayLength = new(34, "Array length 0 or above 65535");
    internal static readonly IdlRule DuplicateParameter = new(40, "Duplicate parameter");
    internal static readonly IdlRule DuplicateMethod = new(41, "Duplicate method");
    internal static readonly IdlRule DuplicateMember = new(42, "Duplicate constant or error");
    internal static readonly IdlRule ReservedMethod = new(43, "Reserved method name");
    internal static readonly IdlRule UnboundedObjects = new(44, "Object array without length");
    internal static readonly IdlRule BoundedData = new(45, "Data array with length");
    internal static readonly IdlRule ObjectStructArray = new(46, "Array of structs with objects as parameter");
    internal static readonly IdlRule ObjectArrayAndObject = new(47, "Object array and single object in one direction");
    internal static readonly IdlRule ObjectArrayOfOne = new(48, "Object array of length 1", IdlSeverity.Warning);
    internal static readonly IdlRule TooManyMethods = new(49, "More than 16384 methods");
    internal static readonly IdlRule TooManyArguments = new(60, "More than 15 arguments of one kind");
    internal static readonly IdlRule LoneObjectStruct = new(61, "Parameter is a struct with one object and nothing else");
    internal static readonly IdlRule BufferSuffix = new(62, "Array suffix on buffer");
    internal static readonly IdlRule ObjectStructArrayField = new(63, "Field is an array of structs with objects");
    internal static readonly IdlRule BundlePadding = new(64, "By-size bundle would need padding");
    internal static readonly IdlRule HexadecimalFloat = new(65, "Hexadecimal float");
    internal static readonly IdlRule LeadingZero = new(66, "Leading zero in a decimal", IdlSeverity.Warning);
    internal static readonly IdlRule CSharpNames = new(70, "Two names become equal in C#");
    internal static readonly IdlRule UnknownSpec = new(71, "Spec names no interface of the root file", IdlSeverity.Warning);
    internal static readonly IdlRule CSharpSize = new(72, "Struct too large for C#");
}
