using MinkActors.Protocol.OpTee;
using MinkActors.Sisters.OpTee;

namespace MinkActors.Sisters.Tests.OpTee;

/// <summary>Files in memory, images by name, and nothing else.</summary>
internal sealed class Files(params Guid[] images) : IOpTeeSupplicant
{
    private readonly Dictionary<ulong, byte[]> _open = [];
    private ulong _handles = 40;

    public async ValueTask<TeeResult> ServeAsync(SupplicantRequest request)
    {
        await Task.Yield();
        return request.Command switch
        {
            OpTeeRpcCommand.LoadTrustedApplication => images.Contains(OpTeeUuid.FromWords(request.Value(0).A, request.Value(0).B)) ? request.Answer(1, new byte[5000]) : TeeResult.ItemNotFound,
            OpTeeRpcCommand.FileSystem => Serve(request),
            _ => throw new NotSupportedException(),
        };
    }

    private TeeResult Serve(SupplicantRequest request)
    {
        var (command, handle, _) = request.Value(0);
        switch ((OpTeeFileCommand)command)
        {
            case OpTeeFileCommand.Create:
                _open[++_handles] = [];
                request.SetValue(2, _handles);
                return TeeResult.Success;
            case OpTeeFileCommand.Write:
                _open[handle] = request.Memory(1).ToArray();
                return TeeResult.Success;
            case OpTeeFileCommand.Read:
                return request.Answer(1, _open[handle]);
            case OpTeeFileCommand.Close:
                return _open.Remove(handle) ? TeeResult.Success : TeeResult.ItemNotFound;
            default:
                return TeeResult.NotSupported;
        }
    }
}
