using MinkActors.Emulator.Qsee.Uefi;
using MinkActors.Protocol.Qseecom.Uefi;

namespace MinkActors.Emulator.Tests.Qsee.Uefi;

public sealed class UefiVariableStoreTests
{
    private const EfiAttributes Boot = EfiAttributes.BootService;
    private readonly UefiWorld _world = new();

    [Theory]
    [InlineData(UefiWorld.Kept, 0)]
    [InlineData(EfiAttributes.None, 1)]
    public void E4_Given_a_variable_When_set_without_data_or_attributes_Then_it_is_gone(EfiAttributes attributes, int size)
    {
        _world.Set("A", [1]);

        Assert.Equal(EfiStatus.Success, _world.Set("A", new byte[size], attributes));
        Assert.Equal(EfiStatus.NotFound, _world.Set("A", new byte[size], attributes));
    }

    [Theory]
    [InlineData(4u, EfiStatus.InvalidParameter)]
    [InlineData(5u, EfiStatus.InvalidParameter)]
    [InlineData(0xFu, EfiStatus.Unsupported)]
    [InlineData(0x17u, EfiStatus.Unsupported)]
    [InlineData(0x27u, EfiStatus.Unsupported)]
    [InlineData(0x87u, EfiStatus.InvalidParameter)]
    [InlineData(0x80000007u, EfiStatus.InvalidParameter)]
    [InlineData(6u, EfiStatus.Success)]
    public void E5_Given_attributes_When_set_Then_they_are_judged(uint attributes, EfiStatus expected) =>
        Assert.Equal(expected, _world.Set("A", [1], (EfiAttributes)attributes));

    [Fact]
    public void E6_Given_a_variable_When_set_with_other_attributes_Then_refused_and_unchanged()
    {
        _world.Set("A", [1]);

        Assert.Equal(EfiStatus.InvalidParameter, _world.Set("A", [2], Boot));
        Assert.Equal("A=01", _world.Names);
    }

    [Fact]
    public void E6_Given_appends_When_done_Then_data_joins_creates_and_ignores_nothing()
    {
        var append = UefiWorld.Kept | EfiAttributes.Append;
        _world.Set("A", [1], append);
        _world.Set("A", [2, 3], append);

        Assert.Equal(EfiStatus.Success, _world.Set("A", [], append));
        Assert.Equal("A=010203", _world.Names);
        Assert.Equal(UefiWorld.Kept, _world.Store.Variables[0].Attributes);
    }

    [Fact]
    public void E7_Given_data_beyond_the_largest_variable_When_set_or_appended_Then_invalid_parameter()
    {
        Assert.Equal(EfiStatus.Success, _world.Set("A", new byte[8192]));

        Assert.Equal(EfiStatus.InvalidParameter, _world.Set("B", new byte[8193]));
        Assert.Equal(EfiStatus.InvalidParameter, _world.Set("A", [1], UefiWorld.Kept | EfiAttributes.Append));
    }

    [Fact]
    public void E7_Given_a_full_store_When_one_more_byte_is_set_Then_out_of_resources_and_the_exact_fit_passes()
    {
        var world = new UefiWorld(limits: new(Storage: 100, VariableMax: 100));

        Assert.Equal(EfiStatus.OutOfResources, world.Set("A", new byte[97]));
        Assert.Equal(EfiStatus.Success, world.Set("A", new byte[96]));
        Assert.Equal(EfiStatus.Success, world.Set("A", new byte[96]));
        Assert.Equal(0, world.Store.Space.Remaining);
    }

    [Fact]
    public void E9_Given_variables_When_queried_Then_names_and_data_are_subtracted()
    {
        _world.Set("AB", new byte[10]);

        Assert.Equal((65536L, 65536L - 6 - 10, 8192), _world.Store.Space);
    }
}
