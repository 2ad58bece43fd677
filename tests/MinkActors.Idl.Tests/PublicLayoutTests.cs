namespace MinkActors.Idl.Tests;

/// <summary>An equivalent of the public test file, against the tables of spec/07 section 17.</summary>
public class PublicLayoutTests
{
    private const string Idl = """
        const uint32 SUCCESS_FLAG = 0xDEAD;
        struct ObjInStruct { uint32[4] p1; ITest1 first_obj; uint32[4] p2; ITest1 should_be_empty; uint32[4] p3; ITest1 second_obj; };
        struct break { uint32 switch; };
        struct SingleEncapsulated { uint32 inner; };
        struct Collection { uint64 a; uint32 b; uint32 c; uint64 d; };
        struct F2 { uint8 a; uint8 b; };
        struct ArrInStruct { uint8[2] a; F2[2] c; uint16 d; };
        interface ITest1 {
            error CUSTOM_1; error CUSTOM_ME_ARE_TWO; error MISMATCH;
            method add_1000(in uint32 a, out uint32 b);
            method in_struct(in Collection input);
            method out_struct(out Collection output);
            method in_small_struct(in SingleEncapsulated input);
            method out_small_struct(out SingleEncapsulated output);
            method single_out(out uint32 output);
            method single_in(in uint32 input);
            method single_primitive_in(in buffer unused, out buffer unused2, in uint32 input);
            method single_primitive_out(in buffer unused, out buffer unused2, out uint32 output);
            method multiple_primitive(in buffer unused, in uint16 input2, out uint16 output, out buffer unused2, in interface unused3, in uint32 input, out interface unused4, out uint64 output2, out buffer unused5);
            method primitive_plus_struct_in(in SingleEncapsulated encapsulated, in uint32 magic);
            method primitive_plus_struct_out(out SingleEncapsulated encapsulated, out uint32 magic);
            method primitive_array_in_struct(out ArrInStruct input_a, out uint32 input_b);
            method bundled_with_unbundled(in SingleEncapsulated bundled, in uint32 magic, in Collection unbundled);
            method struct_array_in(in Collection[] s_in);
            method struct_array_out(out Collection[] s_out);
            method well_documented_method(in uint32 foo, out uint32 bar);
            method test_obj_array_in(in ITest1[3] o_in, out uint32 a);
            method test_obj_array_out(out ITest1[3] out, out uint32 a);
            method objects_in_struct(in ObjInStruct input, out ObjInStruct output);
            method no_args();
            method delete(in float64 key);
            method derive_v0(in uint32 a);
            #[version = 1.1] method derive_v1(in uint32 a);
            #[version = 1.2] method derive_v2(in uint32 a);
            #[version = 1.255] method derive_v255(out uint32 a);
            #[version = 2.0] method derive_v2p2(in uint32 a);
        };
        interface ITest2 { error my_custom_error; method entrypoint(in ITest1 o); };
        interface ITest3 : ITest1 { method extra_test3(out uint32 flag); };
        interface ITest4 : ITest3 { method extra_test4(out uint32 flag); };
        """;

    private static readonly Lowered.LoweredUnit Unit = Compiling.Text(Idl).Unit;

    [Theory]
    [InlineData("ObjInStruct", 96, 8, "p1 0, first_obj 16, p2 32, should_be_empty 48, p3 64, second_obj 80")]
    [InlineData("break", 4, 4, "switch 0")]
    [InlineData("SingleEncapsulated", 4, 4, "inner 0")]
    [InlineData("Collection", 24, 8, "a 0, b 8, c 12, d 16")]
    [InlineData("F2", 2, 1, "a 0, b 1")]
    [InlineData("ArrInStruct", 8, 2, "a 0, c 2, d 6")]
    public void Given_a_public_struct_When_laid_out_Then_it_is_as_its_C_header_has_it(string name, int size, int alignment, string fields)
    {
        var definition = Unit.Checked.Structs.Single(s => s.Name == name);

        Assert.Equal((size, alignment), (definition.Size, definition.Alignment));
        Assert.Equal(fields, string.Join(", ", definition.Fields.Select(f => $"{f.Name} {f.Offset}")));
    }

    [Theory]
    [InlineData("ITest1", 0x00800000u, 27, 0)]
    [InlineData("ITest2", 0x00400000u, 1, 0)]
    [InlineData("ITest3", 0x00400000u, 1, 27)]
    [InlineData("ITest4", 0x00400000u, 1, 28)]
    public void Given_a_public_interface_When_numbered_Then_version_and_first_op_are_as_published(string name, uint word, int methods, int first)
    {
        var contract = Unit.Find(name)!;

        Assert.Equal((word, methods, first), (contract.Version.Word, contract.Methods.Count, contract.Methods[0].Op));
    }

    [Theory]
    [InlineData(0, 0x11, "4", "4", "")]
    [InlineData(1, 0x1, "24", "", "")]
    [InlineData(4, 0x10, "", "4", "")]
    [InlineData(7, 0x12, "unused n x 1, 4", "unused2 n x 1", "")]
    [InlineData(8, 0x21, "unused n x 1", "unused2 n x 1, 4", "")]
    [InlineData(9, 0x1132, "input@0 input2@4 6, unused n x 1", "output2@0 output@8 10, unused2 n x 1, unused5 n x 1", "unused3 unused4")]
    [InlineData(10, 0x1, "encapsulated@0 magic@4 8", "", "")]
    [InlineData(12, 0x10, "", "input_b@0 input_a@4 12", "")]
    [InlineData(13, 0x2, "bundled@0 magic@4 8, 24", "", "")]
    [InlineData(14, 0x1, "s_in n x 24", "", "")]
    [InlineData(17, 0x310, "", "4", "o_in[0] o_in[1] o_in[2]")]
    [InlineData(18, 0x3010, "", "4", "out[0] out[1] out[2]")]
    [InlineData(19, 0x3311, "96", "96", "input.first_obj input.should_be_empty input.second_obj output.first_obj output.should_be_empty output.second_obj")]
    [InlineData(20, 0, "", "", "")]
    [InlineData(21, 0x1, "8", "", "")]
    public void Given_a_public_method_When_lowered_Then_counts_and_buffers_are_as_published(int op, int counts, string inputs, string outputs, string objects)
    {
        var method = Unit.Find("ITest1")!.Methods[op];

        Assert.Equal((uint)counts, method.CountsWord);
        Assert.Equal((inputs, outputs), (Describe(method.In), Describe(method.Out)));
        Assert.Equal(objects, string.Join(" ", method.In.Objects.Concat(method.Out.Objects).Select(o => o.Path)));
    }

    private static string Describe(Lowered.Direction direction) => string.Join(", ", direction.Buffers.Select(b => b.Kind switch
    {
        Lowered.WireBufferKind.Bundle => $"{string.Join(" ", b.Members.Select(m => $"{m.Parameter.Name}@{m.Offset}"))} {b.Size}",
        Lowered.WireBufferKind.Buffer or Lowered.WireBufferKind.Array => $"{b.Parameter.Name} n x {b.Size}",
        _ => $"{b.Size}",
    }));

    [Fact]
    public void Given_the_public_interfaces_When_emitted_Then_their_reserved_names_compile() => GeneratedCode.Check(GeneratedCode.Emit(Idl, "Generated"));
}
