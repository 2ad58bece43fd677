using System.Buffers.Binary;
using MinkActors.Interfaces;
using MinkActors.Protocol;

namespace MinkActors.Emulator.Tests.Images;

/// <summary>Identification of images, spec/04 section 5.3.</summary>
public class ImageMetadataTests
{
    private const int FirstHeader = 64;
    private const int PropertyHeader = FirstHeader + 56;

    [Theory]
    [InlineData("adder", "")]
    [InlineData("smcinvoke_skeleton_ta64", "p=8:c47728cf3e4081,61,84:1001,b4,10a:9024,157:db104e")]
    [InlineData("x", "ff0004:c1101001=1;s=4e")]
    public void Given_an_image_made_for_a_name_When_identified_Then_it_is_that_name(string name, string further)
    {
        Assert.Equal(ResultCode.Ok, ApplicationImage.Identify(ApplicationImage.Create(name, further), out var found));
        Assert.Equal(name, found);
    }

    [Fact]
    public void Given_zeros_behind_the_file_When_identified_Then_they_do_not_matter()
    {
        var image = ApplicationImage.Create("adder");
        Array.Resize(ref image, 0x9000);

        Assert.Equal(ResultCode.Ok, ApplicationImage.Identify(image, out _));
    }

    [Fact]
    public void Given_no_marked_segment_When_identified_Then_every_load_segment_is_searched()
    {
        var image = ApplicationImage.Create("adder");
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(PropertyHeader + 4), 6);

        Assert.Equal(ResultCode.Ok, ApplicationImage.Identify(image, out var name));
        Assert.Equal("adder", name);
    }

    [Fact]
    public void Given_a_32_bit_image_When_identified_Then_it_is_read_too()
    {
        var text = "\0B=true;n=old\0"u8;
        var image = new byte[0x100 + text.Length];
        "\u007fELF"u8.CopyTo(image);
        (image[4], image[5], image[18]) = (1, 1, 40);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(28), 52);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(42), 32);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(44), 1);
        var header = image.AsSpan(52);
        BinaryPrimitives.WriteUInt32LittleEndian(header, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], 0x100);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)text.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], 0x0400_0006);
        text.CopyTo(image.AsSpan(0x100));

        Assert.Equal(ResultCode.Ok, ApplicationImage.Identify(image, out var name));
        Assert.Equal("old", name);
    }

    [Theory]
    [InlineData("B=true", 15)]
    [InlineData("B=true;n=", 15)]
    [InlineData("nothing here", 13)]
    [InlineData("B=true;n=a=b", 13)]
    [InlineData("B=true;;n=a", 13)]
    [InlineData("=5;n=a", 13)]
    [InlineData("n=a\u0001b", 13)]
    public void Given_other_metadata_When_identified_Then_malformed_and_nameless_are_told_apart(string metadata, int code) =>
        Assert.Equal((ResultCode)code, ApplicationImage.Identify(ApplicationImage.CreateWithMetadata(metadata, "x"), out _));

    [Theory]
    [InlineData(255, 0)]
    [InlineData(256, 13)]
    public void Given_a_long_name_When_identified_Then_255_is_the_limit(int length, int code) =>
        Assert.Equal((ResultCode)code, ApplicationImage.Identify(ApplicationImage.CreateWithMetadata("n=" + new string('a', length), "x"), out _));

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 27)]
    [InlineData(63, 27)]
    [InlineData(100, 27)]
    [InlineData(0x1000, 27)]
    public void Given_an_image_cut_short_When_identified_Then_the_loader_says_why(int length, int code) =>
        Assert.Equal((ResultCode)code, ApplicationImage.Identify(ApplicationImage.Create("adder").AsSpan(0, length), out _));

    [Theory]
    [InlineData(0, 0x7E, 27)]      // magic
    [InlineData(4, 3, 27)]         // class
    [InlineData(5, 2, 27)]         // big-endian
    [InlineData(18, 62, 25)]       // machine
    [InlineData(54, 55, 27)]       // size of a program header
    [InlineData(57, 0xFF, 27)]     // number of program headers
    [InlineData(39, 0xFF, 27)]     // their offset
    [InlineData(PropertyHeader + 15, 0xFF, 27)]    // offset of the segment
    [InlineData(PropertyHeader + 39, 0xFF, 27)]    // its size
    public void Given_one_wrong_header_byte_When_identified_Then_the_code_names_it(int offset, byte value, int code)
    {
        var image = ApplicationImage.Create("adder");
        image[offset] = value;

        Assert.Equal((ResultCode)code, ApplicationImage.Identify(image, out _));
    }

    [Fact]
    public void Given_any_byte_changed_When_identified_Then_it_ends_with_a_code_of_the_loader()
    {
        var image = ApplicationImage.Create("adder");
        int[] codes = [0, 13, 15, 25, 27];
        for (var at = 0; at < 200; at++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7F, 0x80, 0xFF })
            {
                var changed = (byte[])image.Clone();
                changed[at] = value;
                Assert.Contains((int)ApplicationImage.Identify(changed, out _), codes);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a=b")]
    [InlineData("a;b")]
    [InlineData("ü")]
    public void Given_a_text_that_is_no_name_When_an_image_or_registration_is_made_for_it_Then_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => ApplicationImage.Create(name));
        Assert.Throws<ArgumentException>(() => new EmulatorOptions().Load(name, () => new TestApplications.AdderApp()));
    }
}
