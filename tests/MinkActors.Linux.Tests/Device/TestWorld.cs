using MinkActors.Emulator;
using MinkActors.Linux.Device;

namespace MinkActors.Linux.Tests.Device;

/// <summary>A secure world whose objects do what a client of the device can provoke, and nothing else. Root and made objects answer alike.</summary>
internal static class TestWorld
{
    public static async Task<MinkSystem> StartAsync(Action<MinkOptions>? configure = null) => await MinkSystem.StartAsync(options =>
    {
        options.Limits = new MinkLimits { CallbackDeadline = null };
        options.UseSecureWorld(context =>
        {
            var domain = new SecureDomain(context, new MinkLimits { CallbackDeadline = null }, 16, int.MaxValue);
            domain.Root = (SecureObjectHost)domain.Export(new Actor(domain, new Shared())).Detach()!;
            return new EmulatedSecureWorld(domain);
        });
        configure?.Invoke(options);
    });

    /// <summary>What all objects of the world share: one object that some client left.</summary>
    private sealed class Shared
    {
        public Capability? Kept { get; set; }
    }

    private sealed class Actor(SecureDomain domain, Shared shared) : IMinkObject
    {
        public async ValueTask<ResultCode> InvokeAsync(IncomingCall call)
        {
            switch (call.Operation.Method)
            {
                case 10: return Echo(call);
                case 11:
                    for (var i = 0; i < call.Counts.OutputObjects; i++) call.SetOutputObject(i, new Actor(domain, shared));
                    return ResultCode.Ok;
                case 12:
                    shared.Kept?.Dispose();
                    shared.Kept = call.TakeInput(0);
                    return ResultCode.Ok;
                case 13: return await ForwardAsync(call, shared.Kept!);
                case 14:
                    call.SetOutputObject(0, shared.Kept?.Retain());
                    return ResultCode.Ok;
                case 15: return await ForwardAsync(call, call.InputObject(0)!);
                case 16: return (ResultCode)call.Read<int>(0);
                case 17: return await FillAsync(call);
                case 18: return await AskAsync(call, shared.Kept ?? call.InputObject(0)!);
                case 19:
                    for (var i = 0; i < call.Counts.InputObjects; i++) call.SetOutputObject(i, call.TakeInput(i));
                    return ResultCode.Ok;
                default: return ResultCode.Invalid;
            }
        }

        private static ResultCode Echo(IncomingCall call)
        {
            for (var i = 0; i < call.Counts.InputBuffers; i++)
            {
                var size = Math.Min(call.Input(i).Length, call.OutputCapacity(i));
                for (var at = 0; at < size; at++) call.Output(i)[at] = (byte)(call.Input(i)[at] + 1);
                call.SetOutputSize(i, size);
            }

            return ResultCode.Ok;
        }

        /// <summary>Calls the object with op 7 and answers what it answered.</summary>
        private static async ValueTask<ResultCode> ForwardAsync(IncomingCall call, Capability target)
        {
            _ = call;
            using var reply = await target.InvokeAsync(7);
            return reply.Code;
        }

        /// <summary>Calls the object with every kind of argument: op 8, "hello" in, 16 bytes out, a new object in, an object out.</summary>
        private async ValueTask<ResultCode> AskAsync(IncomingCall call, Capability target)
        {
            using var made = domain.Export(new Actor(domain, shared));
            using var reply = await target.InvokeAsync(
                8, Argument.In("hello"u8.ToArray()), Argument.In(new byte[3]), Argument.Out(16), Argument.In(made), Argument.In(made), Argument.OutObject);
            if (!reply.IsOk) return reply.Code;
            if (call.Counts.OutputBuffers > 0) call.Write(0, reply.Output(0));
            var given = reply.TakeObject(0);
            if (call.Counts.OutputObjects > 0) call.SetOutputObject(0, given);
            else given?.Dispose();
            return ResultCode.Ok;
        }

        /// <summary>Maps a memory object and adds one to each byte of its first 16.</summary>
        private async ValueTask<ResultCode> FillAsync(IncomingCall call)
        {
            var primordial = new Capability(domain.Actors.Spawn(new CallbackProxy(domain, ObjectId.Primordial)), "", 0);
            using var reply = await primordial.InvokeAsync(0, Argument.Out(24), Argument.In(call.InputObject(0)), Argument.OutObject);
            if (!reply.IsOk) return reply.Code;
            using var mapping = reply.TakeObject(0);
            var address = BitConverter.ToUInt64(reply.Output(0));
            if (!domain.Memory.TryResolve(address, 16, out var region, out var offset)) return ResultCode.Error;
            foreach (ref var value in region.Peer(offset, 16)) value++;
            return ResultCode.Ok;
        }
    }
}
