using MinkActors.Protocol;

namespace MinkActors;

/// <summary>What differs between the protocols that a <see cref="SecureCall"/> can speak: the codec, and the services that help.</summary>
/// <remarks>All members are called in turns of the call's actor. Those that begin a step end it through the call, now or in a later turn.</remarks>
internal interface ISecureProtocol
{
    /// <summary>What is called, for activities and reports.</summary>
    string TargetName { get; }

    /// <summary>Which operation of it.</summary>
    int Method { get; }

    /// <summary>Checks the request and takes what it needs. Ends with <see cref="SecureCall.Prepared"/> or <see cref="SecureCall.Unsent(ResultCode, Errno, bool, string)"/>.</summary>
    void Prepare();

    /// <summary>The slot is there: the message is written, S may see it from here on.</summary>
    void WriteRequest();

    /// <summary>Sets the registers of the entry: the request's, or those that carry the answer of a helper.</summary>
    void SetRegisters(ref SmcRegisters registers, bool isResponse);

    /// <summary>What S came back with.</summary>
    SecureAnswer Read(in SmcRegisters registers);

    /// <summary>Which result and errno a refusal of the monitor stands for, and why.</summary>
    SecureRefusal Refusal(in SmcRegisters registers);

    /// <summary>S asks for help. Ends with <see cref="SecureCall.Respond"/>.</summary>
    void Help(in SmcRegisters registers);

    /// <summary>S took the answer of the helper, or did not.</summary>
    void HelpDelivered(bool delivered);

    /// <summary>The caller wants the call no more: a preparation or a helper that waits must end.</summary>
    void Interrupted();

    /// <summary>S has answered. Ends with <see cref="SecureCall.End"/>.</summary>
    void Complete(in SmcRegisters registers);

    /// <summary>Something was handed out that S never took.</summary>
    bool HasToWithdraw { get; }

    /// <summary>Takes it back. Ends with <see cref="SecureCall.Withdrawn"/>.</summary>
    void Withdraw();

    /// <summary>S may still write to the buffers: they are not used again before the link is gone (spec/11 D-84).</summary>
    void Quarantine();

    /// <summary>The transaction is over; the caller is told next.</summary>
    void Ended(ResultCode result, MinkTransportException? failure);
}

/// <summary>How S came back from one entry.</summary>
internal enum SecureAnswer : byte
{
    /// <summary>With the result.</summary>
    Completed,

    /// <summary>With a request that must be served first.</summary>
    NeedsHelp,

    /// <summary>Interrupted: enter again as before, x0 = 1 and x6 as returned (spec/02 section 6; spec/08 section 3).</summary>
    Again,

    /// <summary>Not taken: try again after a pause, some times.</summary>
    Busy,

    /// <summary>This form of the step is not known there: enter at once with what <see cref="ISecureProtocol.SetRegisters"/> says now.</summary>
    Instead,

    /// <summary>Not taken: the protocol says when to try again, with <see cref="SecureCall.EnterAgain"/>.</summary>
    Later,

    /// <summary>Refused, or the link is gone.</summary>
    Failed,
}

/// <summary>A refusal by the monitor, in the runtime's terms.</summary>
internal readonly record struct SecureRefusal(ResultCode Code, Errno Errno, string Reason);
