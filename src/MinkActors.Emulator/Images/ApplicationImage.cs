using System.Buffers.Binary;
using System.Text;
using MinkActors.Protocol;

namespace MinkActors.Emulator;

/// <summary>Makes and reads images of trusted applications: what the loader identifies them by, and nothing that could run.</summary>
/// <remarks>The emulator verifies no signature; the code of an application is the C# class registered under its name.</remarks>
public static class ApplicationImage
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const int PropertiesOffset = 0x1000;
    private const ulong PropertiesAddress = 0x2000;

    /// <summary>The smallest image that loaders take: a 64-bit ELF file whose property segment names the application.</summary>
    /// <param name="name">The distinguished name.</param>
    /// <param name="furtherMetadata">More pairs of the metadata string, such as <c>p=8:61</c>; they are not looked at.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public static byte[] Create(string name, string furtherMetadata = "")
    {
        if (!ImageMetadata.IsName(name)) throw new ArgumentException($"'{name}' is no distinguished name: 1 to 255 printable characters without '=' and ';'.", nameof(name));
        return CreateWithMetadata($"B=true;n={name}" + (furtherMetadata.Length > 0 ? ";" + furtherMetadata : ""), name);
    }

    /// <summary>The distinguished name in an image, or the loader's code for it (spec/04 section 5.1).</summary>
    public static ResultCode Identify(ReadOnlySpan<byte> image, out string name) => ImageMetadata.Identify(image, out name, out _);

    /// <summary>The same, with the GlobalPlatform UUID that the metadata of some images names.</summary>
    public static ResultCode Identify(ReadOnlySpan<byte> image, out string name, out Guid? uuid) => ImageMetadata.Identify(image, out name, out uuid);

    /// <summary>An image with any metadata, for tests of the loader.</summary>
    internal static byte[] CreateWithMetadata(string metadata, string name)
    {
        var properties = Properties(name, metadata);
        var image = new byte[PropertiesOffset + properties.Length];
        properties.CopyTo(image, PropertiesOffset);
        WriteFileHeader(image);
        WriteProgramHeader(image, 0, type: 0, flags: 0x0700_0000, 0, 0, HeaderSize + 2 * ProgramHeaderSize);
        WriteProgramHeader(image, 1, type: 1, ElfSegment.HoldsProperties | 6, PropertiesOffset, PropertiesAddress, properties.Length);
        return image;
    }

    private static void WriteFileHeader(Span<byte> image)
    {
        "\u007fELF"u8.CopyTo(image);
        image[4] = 2;    // 64 bit
        image[5] = 1;    // little-endian
        image[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(image[16..], 3);    // DYN
        BinaryPrimitives.WriteUInt16LittleEndian(image[18..], ElfImage.MachineAArch64);
        BinaryPrimitives.WriteUInt32LittleEndian(image[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(image[32..], HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image[52..], HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image[54..], ProgramHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image[56..], 2);
    }

    private static void WriteProgramHeader(Span<byte> image, int index, uint type, uint flags, ulong offset, ulong address, int size)
    {
        var header = image.Slice(HeaderSize + index * ProgramHeaderSize, ProgramHeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], flags);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)size);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], (ulong)size);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], 0x1000);
    }

    /// <summary>The property segment as signed images have it: three strings, the property table, the metadata, the end marker.</summary>
    private static byte[] Properties(string name, string metadata)
    {
        var strings = Encoding.ASCII.GetBytes($"{name}\0" + "1.0\0" + "None\0");
        var table = (strings.Length + 7) & ~7;
        var text = Encoding.ASCII.GetBytes(metadata + "\0" + "obL$`P*8L)~s3L}`\0");
        var segment = new byte[table + 0x68 + text.Length];
        strings.CopyTo(segment, 0);
        var at = segment.AsSpan(table);
        ulong[] addresses = [0, (ulong)name.Length + 1, (ulong)name.Length + 5];
        for (var i = 0; i < addresses.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(at[(i * 8)..], PropertiesAddress + addresses[i]);
        at.Slice(0x18, 16).Fill(0xFF);
        ulong[] sizes = [0x1000, 0x8000, 0xE000];
        for (var i = 0; i < sizes.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(at[(0x28 + i * 8)..], sizes[i]);
        at[0x41] = 1;
        ulong[] limits = [60, 204800, 50, 0];
        for (var i = 0; i < limits.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(at[(0x48 + i * 8)..], limits[i]);
        text.CopyTo(segment, table + 0x68);
        return segment;
    }
}
