namespace MinkActors.Idl.Tests;

/// <summary>Every row of the table of diagnostics, with the exact place (spec/07 section 15).</summary>
public class DiagnosticPlaceTests
{
    [Theory]
    [InlineData("const uint8 A 1;", "MIDL001@1,15")]
    [InlineData("/* open", "MIDL001@1,1")]
    [InlineData("include \"b.idl\"", "MIDL004@1,9")]
    [InlineData("\ninclude \"main.idl\"", "MIDL006@2,9")]
    [InlineData("const uint8 A = 256;", "MIDL010@1,17")]
    [InlineData("interface I { #[version=1.1] #[version=1.1] method a(); };", "MIDL011@1,30")]
    [InlineData("interface I { #[version=1.1] #[version=1.2] method a(); };", "MIDL012@1,30")]
    [InlineData("interface I { #[version=1.1024] method a(); };", "MIDL013@1,15")]
    [InlineData("interface I { #[version=0.1] method a(); };", "MIDL014@1,15")]
    [InlineData("const uint8 A = 1; const uint8 A = 1;", "MIDL020@1,32")]
    [InlineData("struct S { uint8 a; }; interface S { };", "MIDL020@1,34")]
    [InlineData("struct S { Gone a; };", "MIDL021@1,12")]
    [InlineData("interface I { method m(in Gone a); };", "MIDL021@1,27")]
    [InlineData("interface I : Gone { };", "MIDL022@1,15")]
    [InlineData("interface I : I { };", "MIDL023@1,15")]
    [InlineData("struct S { uint8 a; S b; };", "MIDL024@1,23")]
    [InlineData("struct S { uint8 a; uint16 b; };", "MIDL030@1,28")]
    [InlineData("struct S { uint16 a; uint8 b; };", "MIDL031@1,8")]
    [InlineData("struct S { uint8 a; uint8 a; };", "MIDL032@1,27")]
    [InlineData("struct S { interface[2] a; };", "MIDL033@1,25")]
    [InlineData("struct S { uint8[0] a; };", "MIDL034@1,18")]
    [InlineData("interface I { method m(in uint8 a, out uint8 a); };", "MIDL040@1,46")]
    [InlineData("interface I { method m(); method m(); };", "MIDL041@1,34")]
    [InlineData("interface I { error E; const uint8 E = 1; };", "MIDL042@1,36")]
    [InlineData("interface I { method api_version(); };", "MIDL043@1,22")]
    [InlineData("interface I { method m(in I[] a); };", "MIDL044@1,27")]
    [InlineData("interface I { method m(in uint8[2] a); };", "MIDL045@1,27")]
    [InlineData("struct S { interface a; interface b; }; interface I { method m(in S[] a); };", "MIDL046@1,67")]
    [InlineData("interface I { method m(in I[2] a, in I b); };", "MIDL047@1,40")]
    [InlineData("interface I { method m(in I[1] a); };", "MIDL048@1,29")]
    [InlineData("interface I { method m(in I[16] a); };", "MIDL060@1,22")]
    [InlineData("struct S { interface a; }; interface I { method m(in S a); };", "MIDL061@1,54")]
    [InlineData("interface I { method m(in buffer[] a); };", "MIDL062@1,33")]
    [InlineData("struct J { interface a; }; struct S { J[2] b; };", "MIDL063@1,44")]
    [InlineData("const float32 A = 0x1;", "MIDL065@1,19")]
    [InlineData("const uint8 A = 01;", "MIDL066@1,17")]
    public void Given_one_mistake_When_compiled_Then_it_is_reported_once_at_its_place(string idl, string expected) =>
        Assert.Equal([expected], Compiling.Findings(idl));

    [Fact]
    public void Given_a_method_beyond_the_last_op_When_compiled_Then_the_first_one_too_many_is_named()
    {
        var methods = string.Join("\n", Enumerable.Range(0, 16386).Select(i => $"method m{i}();"));

        Assert.Equal(["MIDL049@16386,8"], Compiling.Findings($"interface I {{\n{methods}\n}};"));
    }

    [Fact]
    public void Given_a_bundle_by_size_that_needs_padding_When_compiled_Then_the_method_is_named()
    {
        var compilation = Compiling.Text("struct T { uint32[3] c; }; interface I { method m(in T t, in uint64 k); };", new IdlOptions { BundleParametersBySize = true });

        Assert.Equal(["MIDL064@1,49"], compilation.Diagnostics.Select(Compiling.Place));
    }

    [Fact]
    public void Given_a_file_that_is_not_utf8_When_included_Then_the_include_is_named()
    {
        var files = new MemoryFileSource();
        files.Add("main.idl", "include \"b.idl\"");
        files.Add("b.idl", [0x63, 0xFF, 0xFE]);

        Assert.Equal(["MIDL003@1,9"], IdlCompiler.Compile("main.idl", files).Diagnostics.Select(Compiling.Place));
    }

    [Fact]
    public void Given_no_root_file_When_compiled_Then_the_file_is_named()
    {
        var diagnostic = Assert.Single(IdlCompiler.Compile("gone.idl", new MemoryFileSource()).Diagnostics);

        Assert.Equal("gone.idl(1,1): error MIDL003: The file 'gone.idl' does not exist.", diagnostic.ToString());
    }

    [Fact]
    public void Given_a_duplicate_in_two_files_When_compiled_Then_both_places_are_named()
    {
        var compilation = Compiling.Files(null, ("main.idl", "include \"b.idl\"\nstruct Leaf { uint8 a; };"), ("b.idl", "struct Leaf { uint8 a; };"));

        var diagnostic = Assert.Single(compilation.Diagnostics);
        Assert.Equal("main.idl(2,8)", diagnostic.Location.ToString());
        Assert.Equal("b.idl(1,8)", diagnostic.Related.ToString());
    }

    [Fact]
    public void Given_lines_ended_in_three_ways_and_a_byte_order_mark_When_compiled_Then_lines_and_columns_still_count() =>
        Assert.Equal(["MIDL010@4,17"], Compiling.Findings("\uFEFF// a\r// b\r\n// c\nconst uint8 A = 300;"));

    [Fact]
    public void Given_the_table_of_rules_When_listed_Then_ids_are_unique() =>
        Assert.Equal(IdlRule.All.Count, IdlRule.All.Select(r => r.Id).Distinct().Count());
}
