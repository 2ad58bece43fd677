using MinkActors.Protocol.Qseecom;

namespace MinkActors.Sisters.Qseecom;

/// <summary>The steps of registering a listener, each with its error (spec/08 section 8).</summary>
internal sealed class ListenerSetup(QseecomDriver driver)
{
    public async Task<ListenerRegistration> RegisterAsync(uint id, int bufferSize, IQseecomListener implementation, CallOptions options)
    {
        var buffer = driver.Domain.Buffers.Rent(bufferSize) ?? throw NoMemory(bufferSize);
        if (driver.IsOutOfReach(buffer))
        {
            driver.Domain.Buffers.Return(buffer);
            throw NoMemory(bufferSize);
        }
        var listener = driver.Domain.Actors.Spawn(new ListenerActor(driver, id, buffer, bufferSize, implementation), $"qseecom listener 0x{id:X}");
        // Known before QSEE knows it: the first request may come before the registration has returned.
        if (await ReserveAsync(listener, options) is var taken and not QseecomErrno.Ok)
        {
            driver.Domain.Actors.Stop(listener);
            driver.Domain.Buffers.Return(buffer);
            throw new QseecomException(taken, $"The id of listener 0x{id:X} is not to be had{(taken == QseecomErrno.EBUSY ? ": it is registered" : ": it is still being unregistered")}", true, InvocationPhase.Preparing);
        }
        await TellQseeAsync(listener, buffer, bufferSize);
        return new ListenerRegistration(driver, listener);
    }

    /// <summary>Waits for a listener that is leaving, no longer than the caller wants to.</summary>
    private async Task<QseecomErrno> ReserveAsync(ListenerActor listener, CallOptions options)
    {
        var (actors, gate) = (driver.Domain.Actors, driver.Gate);
        var reserve = new QseecomGate.ReserveListener(listener);
        var answer = gate.Ask(reserve);
        var timer = (options.Deadline ?? driver.Domain.Limits.Deadline) is { } due ? actors.StartTimer(gate, due, new QseecomGate.ReserveListener.Cancel(reserve, QseecomErrno.ETIMEDOUT)) : null;
        using var cancelled = options.CancellationToken.UnsafeRegister(_ => gate.Tell(new QseecomGate.ReserveListener.Cancel(reserve, QseecomErrno.ERESTARTSYS)), null);
        var errno = await answer;
        timer?.Cancel();
        return errno;
    }

    private async Task TellQseeAsync(ListenerActor listener, SharedRegion buffer, int size)
    {
        QseecomException? failure;
        try
        {
            var record = await driver.RegisterAsync(listener.Id, buffer, size);
            if (record.Result == QseecomResult.Success) return;
            failure = new QseecomException(QseecomErrno.EPERM, $"QSEE refused the listener 0x{listener.Id:X} with result {record.Result}", true);
        }
        catch (QseecomException failed)
        {
            var errno = failed.Errno is QseecomErrno.ENODEV ? QseecomErrno.ENODEV : QseecomErrno.EINVAL;
            failure = new QseecomException(errno, $"The registration of listener 0x{listener.Id:X} failed", failed.IsRetrySafe, failed.Phase, failed);
        }
        listener.TryLeave();
        listener.Gone.TrySetResult(failure.Errno);
        await driver.Gate.Ask(new QseecomGate.RemoveListener(listener));
        listener.Left.TrySetResult(failure.Errno);
        // Where QSEE may have taken it, the buffer is not used again.
        if (failure.IsRetrySafe) driver.Domain.Buffers.Return(buffer);
        else driver.Domain.Buffers.Quarantine(buffer);
        throw failure;
    }

    private static QseecomException NoMemory(int size) => new(QseecomErrno.ENOMEM, $"No shared memory for the {size} bytes of a listener's buffer", true, InvocationPhase.Preparing);
}
