using MinkActors.Protocol.OpTee;

namespace MinkActors.Protocol.Tests.OpTee;

public sealed class OpTeeMessageTests
{
    private static OpTeeHeader Read(byte[] image)
    {
        Assert.True(OpTeeMessage.TryRead(image, out var header, out _));
        return header;
    }

    [Theory]
    [InlineData(127u, true)]
    [InlineData(128u, false)]
    [InlineData(uint.MaxValue, false)]
    public void Given_a_page_with_that_many_parameters_When_read_Then_127_pass_and_more_are_refused(uint count, bool passes)
    {
        var image = new byte[4096];
        OpTeeMessage.WriteParameterCount(image, count);

        Assert.Equal(passes, OpTeeMessage.TryRead(image, out _, out var refusal));
        Assert.Equal(passes ? default : new OpTeeRefusal(OpTeeField.ParameterCount, 0, count, 127), refusal);
    }

    [Fact]
    public void Given_an_open_with_a_client_and_public_login_When_read_Then_the_client_is_nil()
    {
        var image = new byte[4096];
        OpTeeRequests.OpenSession(image, Guid.Parse("4477588a-8476-11e2-ad15-e41f1390d676"), Guid.Parse("e588f484-ed5d-599f-81f7-7e06af65416c"), TeeLogin.Public, 0, []);

        Assert.True(OpTeeRequestCheck.TryReadOpenSession(image, Read(image), out var open, out _));
        Assert.Equal((Guid.Empty, "4477588a-8476-11e2-ad15-e41f1390d676"), (open.Client, open.Application.ToString()));
    }

    public static TheoryData<string> BadOpens => ["one parameter", "seven", "not meta", "third meta", "unknown type", "login"];

    [Theory, MemberData(nameof(BadOpens))]
    public void Given_an_open_of_wrong_shape_When_read_Then_refused(string wrong)
    {
        var image = new byte[4096];
        OpTeeRequests.OpenSession(image, Guid.Empty, Guid.Empty, TeeLogin.Public, 0, new OpTeeParameter[4]);
        switch (wrong)
        {
            case "one parameter": OpTeeMessage.WriteParameterCount(image, 1); break;
            case "seven": OpTeeMessage.WriteParameterCount(image, 7); break;
            case "not meta": image[32 + 1] = 0; break;
            case "third meta": image[96 + 1] = 1; break;
            case "unknown type": image[96] = 4; break;
            default: image[64 + 24] = 3; break;
        }

        Assert.False(OpTeeRequestCheck.TryReadOpenSession(image, Read(image), out _, out var refusal));
        Assert.False(refusal.IsNone);
    }

    [Fact]
    public void Given_a_register_with_any_other_attribute_or_no_cookie_When_read_Then_refused()
    {
        var image = new byte[64];
        OpTeeRequests.RegisterSharedMemory(image, 0x4000_1000, 0, 4096, 1);
        Assert.True(OpTeeRequestCheck.TryReadRegister(image, Read(image), out _, out _));

        image[32] = 9;
        Assert.False(OpTeeRequestCheck.TryReadRegister(image, Read(image), out _, out _));
        OpTeeRequests.RegisterSharedMemory(image, 0x4000_1000, 0, 4096, 0);
        Assert.False(OpTeeRequestCheck.TryReadRegister(image, Read(image), out _, out _));
    }

    [Fact]
    public void Given_a_wrong_shape_of_GET_TIME_When_answered_Then_bad_parameters_and_no_time()
    {
        var image = new byte[64];
        OpTeeRpcMessages.Suspend(image, 20);

        Assert.Equal(TeeResult.BadParameters, OpTeeRpcMessages.AnswerTime(image, Read(image), 5, 6));
        Assert.Equal(20ul, OpTeeMessage.ReadParameter(image, 0).A);
    }

    [Theory]
    [InlineData(0ul, true)]
    [InlineData(1ul, true)]
    [InlineData(2ul, false)]
    public void Given_an_SHM_ALLOC_When_read_Then_only_application_and_kernel_kinds_pass(ulong kind, bool passes)
    {
        var image = new byte[64];
        OpTeeRpcMessages.AllocateShared(image, (OpTeeSharedMemoryKind)kind, 10, 8);

        Assert.Equal(passes, OpTeeRpcMessages.TryReadAllocate(image, Read(image), out _, out _, out _, out _));
    }
}
