using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.TestApplications;

/// <summary>The application that tests callbacks and shared memory: an opener over its test objects (spec/04 section 7.1).</summary>
public sealed class TestApp : TrustedApplication
{
    /// <summary>The name in the published image.</summary>
    public const string DistinguishedName = "tzecotestapp";

    /// <summary>Opens the callback test object (ITestCBack).</summary>
    public const uint CallbackTest = 2;

    /// <summary>Opens the memory test object (ITestMemManager).</summary>
    public const uint MemoryTest = 5;

    /// <inheritdoc/>
    public override int StackSize => 0xA000;

    /// <inheritdoc/>
    public override int AcceptBufferSize => 0x21000;

    /// <inheritdoc/>
    protected internal override IMinkObject CreateAppObject(ClientIdentity client) => new Opener(this);

    private sealed class Opener(TestApp app) : OpenerSkeleton
    {
        protected override ValueTask<ResultCode> OpenAsync(OpenCall call)
        {
            switch (call.Id)
            {
                case CallbackTest: call.SetObject(new CallbackTestObject(app)); break;
                case MemoryTest: call.SetObject(new MemoryTestObject(app)); break;
                // Objects that the published application has, and that no public client uses.
                case 1 or 3 or 4 or (>= 6 and <= 0xD) or 0xF or 0x10 or 0x12 or 0x13: return new(IOpener.Errors.NotSupported);
                default: return new(IOpener.Errors.NotFound);
            }
            return new(ResultCode.Ok);
        }
    }
}
