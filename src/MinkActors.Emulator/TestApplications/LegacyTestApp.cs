using System.Buffers.Binary;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.TestApplications;

/// <summary>Takes requests of the QSEECOM kind through one method (IAppLegacyTest, smplap64; spec/04 section 7.3).</summary>
/// <remarks>Both commands make round trips through listeners of the normal world, where they are registered (spec/05 section 8).</remarks>
public sealed class LegacyTestApp : TrustedApplication
{
    /// <summary>The name of the image that clients load.</summary>
    public const string DistinguishedName = "smplap64";

    private const int Request64Size = 40;
    private const int Request32Size = 28;
    private const int ResponseSize = 8;
    private const uint TestSecureFiles = 5;
    private const uint TestFiles = 6;
    private const int NotSupported = 0xFFFF;
    private const int Failed = 1;
    private const int NoSuchFile = 2;                    // ENOENT
    private const int CreateReadWrite = 0x42;            // O_CREAT | O_RDWR
    private const int ReadWrite = 2;

    private static readonly byte[] Content = [.. "written by the secure world"u8];

    /// <inheritdoc/>
    protected internal override IMinkObject CreateAppObject(ClientIdentity client) => new Legacy(this);

    private static async ValueTask<int> StatusOf(Func<ValueTask<bool>> test)
    {
        try
        {
            return await test() ? 0 : Failed;
        }
        catch (ListenerException failure)
        {
            return failure.Code == ResultCode.Unavailable ? NotSupported : Failed;
        }
    }

    private async ValueTask<bool> RoundTripFiles()
    {
        const string Directory = "/persist/data/smplap64";
        const string Path = Directory + "/round-trip";
        var files = new FileListener(this);
        await files.MakeDirectoryAsync(Directory);
        var file = await files.OpenAsync(Path, CreateReadWrite);
        if (await files.WriteAsync(file, Content) != Content.Length || await files.SeekAsync(file, 0, 0) != 0) return false;
        var read = new byte[Content.Length];
        if (await files.ReadAsync(file, read) != read.Length || !read.AsSpan().SequenceEqual(Content)) return false;
        await files.CloseAsync(file);
        file = await files.OpenAsync(Path, ReadWrite);
        if (await files.GetSizeAsync(file) != Content.Length) return false;
        await files.CloseAsync(file);
        await files.RemoveAsync(Directory);
        return !await files.ExistsAsync(Directory);
    }

    private async ValueTask<bool> RoundTripSecureFiles()
    {
        var files = new SecureFileListener(this);
        if (await files.GetVersionAsync() == 0) return false;
        return await RoundTrip(files, SecureFilePartition.Data) && await RoundTrip(files, SecureFilePartition.Persistent);
    }

    private static async ValueTask<bool> RoundTrip(SecureFileListener files, SecureFilePartition partition)
    {
        var read = new byte[Content.Length];
        if (await files.WriteAsync(partition, "smplap64/first", 0, Content) != Content.Length) return false;
        if (await files.ReadAsync(partition, "smplap64/first", 0, read) != read.Length || !read.AsSpan().SequenceEqual(Content)) return false;
        await files.RenameAsync(partition, "smplap64/first", "smplap64/second");
        read.AsSpan().Clear();
        if (await files.ReadAsync(partition, "smplap64/second", 0, read) != read.Length || !read.AsSpan().SequenceEqual(Content)) return false;
        await files.RemoveAsync(partition, "smplap64/second");
        try
        {
            await files.ReadAsync(partition, "smplap64/second", 0, read);
            return false;
        }
        catch (ListenerException gone) when (gone.Error == NoSuchFile)
        {
            return true;
        }
    }

    private sealed class Legacy(LegacyTestApp app) : AppLegacyTestSkeleton
    {
        protected override async ValueTask<ResultCode> HandleRequestAsync(HandleRequestCall call)
        {
            if (call.Request.Length is not (Request64Size or Request32Size)) return ResultCode.Invalid;
            if (call.ResponseCapacity < ResponseSize) return ResultCode.SizeOut;
            var status = BinaryPrimitives.ReadUInt32LittleEndian(call.Request) switch
            {
                TestFiles => await StatusOf(app.RoundTripFiles),
                TestSecureFiles => await StatusOf(app.RoundTripSecureFiles),
                _ => NotSupported,
            };
            call.ResponseCount = ResponseSize;
            BinaryPrimitives.WriteInt32LittleEndian(call.Response[4..], status);
            return ResultCode.Ok;
        }
    }
}
