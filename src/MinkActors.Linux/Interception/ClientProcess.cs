using System.Globalization;
using MinkActors.Linux.Native;

namespace MinkActors.Linux.Interception;

/// <summary>Who opened a device file. Read at that moment: the process may be another by the time it makes a call.</summary>
/// <param name="ThreadId">The thread that opened, as seen from our process namespace.</param>
/// <param name="ProcessId">Its process; 0 when it ended meanwhile.</param>
/// <param name="UserId">Its real user id.</param>
internal readonly record struct ClientProcess(int ThreadId, int ProcessId, uint UserId)
{
    internal static ClientProcess Of(int threadId)
    {
        var status = ThreadStatus.Read(threadId);
        return new ClientProcess(threadId, status.ProcessId, status.UserId);
    }
}

/// <summary>What /proc says about one thread: process, user, signals. All zero when the thread is gone.</summary>
internal readonly record struct ThreadStatus(
    int ProcessId, uint UserId, int Threads, ulong PendingHere, ulong PendingShared, ulong Blocked)
{
    public static unsafe ThreadStatus Read(int threadId)
    {
        Span<byte> path = stackalloc byte[64];
        path.Clear();
        System.Text.Unicode.Utf8.TryWrite(path, CultureInfo.InvariantCulture, $"/proc/{threadId}/status", out _);
        int descriptor;
        fixed (byte* name = path) descriptor = Descriptors.Open(name, Descriptors.ReadOnly | Descriptors.CloseOnExec);
        if (descriptor < 0) return default;
        Span<byte> text = stackalloc byte[4096];
        nint length;
        fixed (byte* into = text) length = Descriptors.Read(descriptor, into, (nuint)text.Length);
        _ = Descriptors.Close(descriptor);
        return length <= 0 ? default : Parse(text[..(int)length]);
    }

    /// <summary>Reads the lines of proc_pid_status(5) that we need; others are skipped.</summary>
    internal static ThreadStatus Parse(ReadOnlySpan<byte> text)
    {
        var status = default(ThreadStatus);
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            var colon = line.IndexOf((byte)':');
            if (colon < 0) continue;
            var value = line[(colon + 1)..].TrimStart(" \t"u8);
            var name = line[..colon];
            if (name.SequenceEqual("Tgid"u8)) status = status with { ProcessId = (int)Decimal(value) };
            else if (name.SequenceEqual("Uid"u8)) status = status with { UserId = Decimal(value) };
            else if (name.SequenceEqual("Threads"u8)) status = status with { Threads = (int)Decimal(value) };
            else if (name.SequenceEqual("SigPnd"u8)) status = status with { PendingHere = Hexadecimal(value) };
            else if (name.SequenceEqual("ShdPnd"u8)) status = status with { PendingShared = Hexadecimal(value) };
            else if (name.SequenceEqual("SigBlk"u8)) return status with { Blocked = Hexadecimal(value) };
        }

        return status;
    }

    private static uint Decimal(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny(" \t"u8);
        return uint.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }

    private static ulong Hexadecimal(ReadOnlySpan<byte> text) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
