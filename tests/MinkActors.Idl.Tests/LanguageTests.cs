namespace MinkActors.Idl.Tests;

public class LanguageTests
{
    [Theory]
    [InlineData("IFan@1.2", "IFan", 1, 2)]
    [InlineData("IFan:2.0", "IFan", 2, 0)]
    [InlineData("IFan=1023.1023", "IFan", 1023, 1023)]
    public void Given_a_spec_When_read_Then_its_parts_are_known(string text, string name, int major, int minor)
    {
        Assert.True(IdlSpec.TryParse(text, out var spec));
        Assert.Equal(new IdlSpec(name, major, minor), spec);
    }

    [Theory]
    [InlineData("")]
    [InlineData("IFan")]
    [InlineData("@1.2")]
    [InlineData("IFan@1")]
    [InlineData("IFan@1.")]
    [InlineData("IFan@1.2.3")]
    [InlineData("IFan@1.1024")]
    [InlineData("IFan@-1.0")]
    public void Given_a_malformed_spec_When_read_Then_it_is_refused(string text) => Assert.False(IdlSpec.TryParse(text, out _));

    [Fact]
    public void Given_a_spec_below_the_version_When_compiled_Then_newer_methods_go_and_numbers_stay()
    {
        const string idl = "interface I { method a(); #[version=1.2] method b(); #[version=1.5] method c(); method d(); };";

        var unit = Compiling.Text(idl, new IdlOptions { Specs = [new IdlSpec("I", 1, 3)] }).Unit.Find("I")!;

        Assert.Equal(["a 0", "b 1", "d 3"], unit.Methods.Select(m => $"{m.Name} {m.Op}"));
        Assert.Equal("1.2", unit.Version.ToString());
    }

    [Fact]
    public void Given_a_spec_for_an_included_interface_When_compiled_Then_it_warns_and_does_nothing()
    {
        var compilation = Compiling.Files(new IdlOptions { Specs = [new IdlSpec("I", 1, 0)] },
            ("main.idl", "include \"b.idl\""), ("b.idl", "interface I { #[version=1.1] method a(); };"));

        Assert.Equal(["MIDL071"], compilation.Diagnostics.Select(Compiling.Place));
        Assert.False(compilation.HasErrors);
        Assert.Single(compilation.Unit.Find("I")!.Methods);
    }

    [Theory]
    [InlineData("/**\n * One\n *  two\n *\n * three\n */\nmethod a();", " One\n  two\n\n three")]
    [InlineData("/**\n  One\n  two */ method a();", "One\ntwo")]
    [InlineData("/**\n * One\n */ #[version=1.0] /* in between */ method a();", " One")]
    [InlineData("/**\n * One\n */ /**\n * Two\n */ method a();", " Two")]
    [InlineData("/**\n * One\n */ // no\n method a();", null)]
    [InlineData("/**\n * One\n */ error E; method a();", null)]
    [InlineData("/** One */ method a();", null)]
    public void Given_comments_before_a_method_When_read_Then_the_last_documentation_comment_counts(string member, string? expected)
    {
        var compilation = Compiling.Text($"interface I {{\n{member} }};");

        Assert.Empty(compilation.Diagnostics);
        Assert.Equal(expected, compilation.Unit.Find("I")!.Methods[0].Checked.Syntax.Documentation);
    }

    [Fact]
    public void Given_undefined_behaviour_allowed_When_constants_overflow_Then_their_low_bits_remain()
    {
        var unit = Compiling.Text("const int32 A = 0x80000001; const uint8 B = -1; const float32 C = 0x10;", new IdlOptions { AllowUndefinedBehavior = true });

        Assert.Empty(unit.Diagnostics);
        Assert.Equal([0x80000001UL, ulong.MaxValue, 16UL], unit.Unit.Checked.Constants.Select(c => c.Value!.Value.Bits));
    }

    [Fact]
    public void Given_an_include_with_a_directory_When_compiled_Then_it_is_relative_to_the_including_file()
    {
        var compilation = Compiling.Files(null, ("main.idl", "include \"sub/b.idl\" struct T { Leaf l; };"),
            ("sub/b.idl", "include \"../other/c.idl\""), ("other/c.idl", "struct Leaf { uint8 a; };"));

        Assert.Empty(compilation.Diagnostics);
        Assert.Equal(["other/c.idl", "sub/b.idl", "main.idl"], compilation.Files.Select(f => f.Id));
    }

    [Fact]
    public void Given_a_unit_When_each_stage_is_printed_Then_it_can_be_read()
    {
        var compilation = Compiling.Text("""
            struct Tag { uint8[6] code; uint16 seq; };
            interface IBase { error COLD; method a(); };
            interface ITop : IBase { error HOT; #[version = 1.2] method b(in Tag t, in uint32 w, out IBase o); };
            """);

        Assert.Equal("""
            file main.idl
                struct Tag
                    uint8[6] code
                    uint16 seq
                interface IBase
                    error COLD
                    method a
                interface ITop : IBase
                    error HOT
                    #[version = 1.2] method b
                        in Tag t
                        in uint32 w
                        out IBase o

            """, IdlDump.ToText(compilation, IdlStage.Syntax));
        Assert.Equal("""
            struct Tag: size 8, alignment 2, objects 0
                0: uint8[6] code
                6: uint16 seq
            interface IBase, version 1.0
                error COLD
                method a
            interface ITop : IBase, version 1.2
                error HOT
                method b, version 1.2
                    in Tag t: Value
                    in uint32 w: Value
                    out IBase o: Object

            """, IdlDump.ToText(compilation, IdlStage.Checked));
        Assert.Equal("""
            struct Tag: 8 bytes, code@0, seq@6
            interface IBase, version word 0x00400000
                error COLD = 10
                0: a, counts 0x0000
            interface ITop : IBase, version word 0x00402000
                error HOT = 11
                1: b, counts 0x1001
                    BI0 {w@0 uint32, t@4 Tag}, 12 bytes
                    OO0 o: IBase

            """, IdlDump.ToText(compilation, IdlStage.Lowered));
    }
}
