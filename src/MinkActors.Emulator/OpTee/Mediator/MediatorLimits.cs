namespace MinkActors.Emulator.OpTee.Mediator;

/// <summary>What one guest may hold at a time (spec 09 section 12).</summary>
/// <param name="Calls">Standard calls, running or suspended; the number of OP-TEE's threads bounds it further (M8).</param>
/// <param name="PagesPerBuffer">Pages of one shared buffer.</param>
/// <param name="Buffers">Shared buffers.</param>
/// <param name="PagesTotal">Shared pages stay below this.</param>
public sealed record MediatorLimits(int Calls = 16, int PagesPerBuffer = 129, int Buffers = 16, int PagesTotal = 16384);
