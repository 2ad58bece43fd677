namespace MinkActors.Idl.Tests;

public class RecoveryTests
{
    [Fact]
    public void Given_many_mistakes_When_compiled_Then_each_is_reported_and_nothing_else()
    {
        var findings = Compiling.Findings("""
            const uint8 A = 300;
            struct S { uint8 a uint8 b; };
            struct T { uint8 a; uint16 b; };
            nonsense here;
            interface I {
                method first(uint8 a, in Gone b, in uint8);
                method second(in uint8 x);
                error E
                method third(in S s, in uint16 x, out uint16 x);
            };
            interface J : I { method second(); };
            """);

        Assert.Equal(["MIDL010@1,17", "MIDL001@2,20", "MIDL030@3,28", "MIDL001@4,1", "MIDL001@6,18", "MIDL001@6,46", "MIDL001@9,5", "MIDL040@9,50", "MIDL041@11,26"], findings);
    }

    [Theory]
    [InlineData("interface I {\n method a();\ninterface J { method b(); };", "MIDL001@3,1")]
    [InlineData("struct S {\n uint8 a;\nstruct T { uint8 b; };", "MIDL001@3,1")]
    [InlineData("interface I { method a(in uint8 x };", "MIDL001@1,35")]
    [InlineData("interface I { method a(in uint8 x;\n method b(); };", "MIDL001@1,34")]
    [InlineData("interface I { method a() };", "MIDL001@1,24")]
    [InlineData("interface I { method a(); }", "MIDL001@1,27")]
    [InlineData("struct S { uint8 a; }\nstruct T { uint8 b; };", "MIDL001@1,21")]
    public void Given_a_forgotten_closing_When_compiled_Then_only_its_place_is_reported(string idl, string expected) =>
        Assert.Equal([expected], Compiling.Findings(idl));

    [Fact]
    public void Given_an_unreadable_declaration_When_its_name_is_used_Then_the_use_is_not_blamed() =>
        Assert.Equal(["MIDL001@1,8"], Compiling.Findings("struct 1S { uint8 a; }; interface I { method m(in S s); };"));

    [Fact]
    public void Given_keywords_as_names_everywhere_When_compiled_Then_it_is_accepted() =>
        Assert.Empty(Compiling.Findings("struct const { uint8 struct; };\nstruct S {\nconst x;\n};\ninterface interface { method method(in const in, out S out); error error; };\ninterface include : interface { };"));

    [Fact]
    public void Given_a_struct_chain_of_a_hundred_thousand_When_compiled_Then_the_stack_survives()
    {
        var chain = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"struct S{i} {{ S{i + 1} a; }};\n"));

        Assert.Empty(Compiling.Findings(chain + "struct S100000 { uint8 a; };"));
        Assert.Equal(["MIDL024@100001,21"], Compiling.Findings(chain + "struct S100000 { S0 a; };"));
    }

    [Fact]
    public void Given_objects_that_nesting_multiplies_beyond_all_numbers_When_compiled_Then_they_are_refused()
    {
        var doubling = string.Concat(Enumerable.Range(1, 80).Select(i => $"struct S{i} {{ S{i - 1} a; S{i - 1} b; }};\n"));

        Assert.Equal(["MIDL060@82,22"], Compiling.Findings($"struct S0 {{ interface w; }};\n{doubling}interface I {{ method m(in S80 s); }};"));
    }
}
