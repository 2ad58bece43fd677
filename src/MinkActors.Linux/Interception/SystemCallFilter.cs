using MinkActors.Linux.Abi;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>Which calls that name a path are looked at.</summary>
internal enum PathCoverage
{
    /// <summary>
    /// Opens for reading and writing, which is how TEE clients open the device, openat2, whose flags a filter cannot see, and access checks,
    /// which are rare. Everything else, among it nearly every open of an ordinary program, never leaves the kernel.
    /// </summary>
    ReadWriteOpens,

    /// <summary>
    /// Every open, and every call that asks what a path is, so that programs that look before they open find the device and its sysfs
    /// file. Each such call of the program costs a round trip.
    /// </summary>
    AllOpensAndChecks,
}

/// <summary>
/// The program the kernel runs at each system call of a client: it lets everything pass but ioctls with the TEE magic and the opens of
/// <see cref="PathCoverage"/>. It looks at the calling convention first, so a 32-bit call cannot be mistaken for a 64-bit one.
/// Calls that pass whatever their arguments are cached by the kernel (Linux 5.11) and do not even run it.
/// </summary>
internal static class SystemCallFilter
{
    private const ushort Load = 0x20;            // BPF_LD | BPF_W | BPF_ABS
    private const ushort And = 0x54;             // BPF_ALU | BPF_AND | BPF_K
    private const ushort JumpEqual = 0x15;       // BPF_JMP | BPF_JEQ | BPF_K
    private const ushort JumpSet = 0x45;         // BPF_JMP | BPF_JSET | BPF_K
    private const ushort Return = 0x06;          // BPF_RET | BPF_K

    private const uint NumberOffset = 0;         // struct seccomp_data
    private const uint AuditOffset = 4;

    // Read-write is 2, and 3 is the old "only for ioctl" mode.
    private const uint ReadWriteBit = 2;

    public static Seccomp.Instruction[] Build(PathCoverage coverage)
    {
        var native = Section(SystemCalls.Native, coverage);
        var compatible = Section(SystemCalls.Compatible, coverage);
        return
        [
            new(Load, 0, 0, AuditOffset),
            new(JumpEqual, 2, 0, SystemCalls.Native.Audit),
            new(JumpEqual, (byte)(native.Length + 1), 0, SystemCalls.Compatible.Audit),
            Allow,
            .. native,
            .. compatible,
        ];
    }

    private static Seccomp.Instruction Allow => new(Return, 0, 0, Seccomp.ReturnAllow);

    private static Seccomp.Instruction Notify => new(Return, 0, 0, Seccomp.ReturnUserNotif);

    private static Seccomp.Instruction[] Section(SystemCallTable table, PathCoverage coverage)
    {
        var section = new List<Seccomp.Instruction> { new(Load, 0, 0, NumberOffset) };

        // Each piece either answers or falls through with the number still loaded.
        section.AddRange(Piece(table.Ioctl, [
            new(Load, 0, 0, ArgumentOffset(1)), new(And, 0, 0, 0xFF00),
            new(JumpEqual, 0, 1, (uint)TeeIoctl.Magic << 8), Notify, Allow]));
        if (coverage == PathCoverage.ReadWriteOpens)
        {
            section.AddRange(Piece(table.OpenAt, WhenReadWrite(2)));
            section.AddRange(Piece(table.Open, WhenReadWrite(1)));
            foreach (var number in (ReadOnlySpan<int>)[table.OpenAt2, table.Access, table.FaccessAt, table.FaccessAt2]) section.AddRange(Piece(number, [Notify]));
        }
        else
        {
            int[] all =
            [
                table.OpenAt, table.Open, table.OpenAt2, table.Creat, table.Access, table.FaccessAt, table.FaccessAt2,
                table.Stat, table.Lstat, table.NewFstatAt, table.Statx,
            ];
            foreach (var number in all) section.AddRange(Piece(number, [Notify]));
        }

        section.Add(Allow);
        return [.. section];
    }

    private static Seccomp.Instruction[] WhenReadWrite(int argument) =>
        [new(Load, 0, 0, ArgumentOffset(argument)), new(JumpSet, 0, 1, ReadWriteBit), Notify, Allow];

    private static Seccomp.Instruction[] Piece(int number, Seccomp.Instruction[] then) =>
        number == 0 ? [] : [new(JumpEqual, 0, (byte)then.Length, (uint)number), .. then];

    // The low half comes first on both machines; the kernel itself cuts ioctl numbers and flags to it.
    private static uint ArgumentOffset(int argument) => 16 + (8 * (uint)argument);
}
