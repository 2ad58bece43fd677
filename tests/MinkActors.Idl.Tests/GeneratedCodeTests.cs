using MinkActors.Protocol;

namespace MinkActors.Idl.Tests;

public class GeneratedCodeTests
{
    [Fact]
    public void Given_names_that_csharp_reserves_When_emitted_Then_the_code_compiles_without_a_warning()
    {
        string[] names = ["class", "event", "is", "string", "object", "call", "index", "value", "cancellation_token", "get_type", "to_string", "equals", "capability",
            "moved", "implementation", "observer", "dispose", "from", "ops", "errors", "interface_version", "name_of", "method", "values", "proxy", "system", "mink_actors"];
        var fields = string.Concat(names.Select(n => $"uint8 {n}; "));
        var inputs = string.Join(", ", names.Select(n => $"in uint8 {n}"));
        var outputs = string.Join(", ", names.Select(n => $"out uint8 {n}"));
        var methods = string.Concat(names.Select(n => $"method {n}(); "));
        var errors = string.Concat(names.Select(n => $"error {n}; "));
        var constants = string.Concat(names.Select(n => $"const uint8 {n}_c = 1; "));

        GeneratedCode.Check(Emit($"struct Names {{ {fields} }}; interface IHidden {{ method m({inputs}); method n({outputs}); {methods} {errors} {constants} method invoke(in Names names, out buffer names_count, out buffer a, out uint8 a_count, in interface take, out interface b); }}; interface IDerived : IHidden {{ error E; method last(); const uint8 Ops = 1; }};"));
    }

    [Fact]
    public void Given_every_form_of_parameter_both_ways_When_emitted_Then_the_code_compiles_without_a_warning() => GeneratedCode.Check(Emit("""
        /**
         * Level & limit of <things>.
         */
        const uint64 LIMIT = 0xFFFFFFFFFFFFFFFF;
        const int64 LOW = -9223372036854775808;
        const float32 HALF = 0.5;
        const float64 BIG = 17000000000000000000000000000000.25;
        const int8 MINUS = -128;
        struct Plain { uint64[3] a; };
        struct Small { uint8 small; uint8[3] pad; float32 f; };
        struct Held { interface any; Small[2] s; IAll w; uint64[2] tail; };
        struct Deep { Held held; IAll top; uint8[16] rest; };
        interface IAll {
            /**
             * Does it all.
             * @param[in] a  the first & <best>
             * @param b the second
             * @return nothing much
             */
            #[version = 1.7]
            method all(in uint8 a, in Small b, in Plain c, in Deep d, in buffer e, in float64[] f, in Small[] g,
                       out uint8 h, out Small i, out Plain j, out Deep k, out buffer l, out float64[] m, out Small[] n);
            method objects(in IAll[3] a, out interface[2] b);
            method lone(in IAll a, in interface b, out IAll c, out interface d);
            method only(out Deep d);
            method array(out IAll[2] d);
        };
        """));

    [Theory]
    [InlineData("interface I { method spin(); method Spin(); };", "MIDL070@1,37")]
    [InlineData("interface I { method get_api_version(); };", "MIDL070@1,22")]
    [InlineData("interface I { method m(in uint8 a_b, out uint8 aB); };", "MIDL070@1,48")]
    [InlineData("interface I { error TOO_HOT; error TooHot; };", "MIDL070@1,36")]
    [InlineData("struct S { uint8 a; uint8 A; };", "MIDL070@1,27")]
    [InlineData("struct FooProxy { uint8 a; }; interface IFoo { };", "MIDL070@1,41")]
    [InlineData("interface Foo { }; interface IFoo { };", "MIDL070@1,30")]
    [InlineData("const uint8 A_B = 1; const uint8 AB = 1;", null)]
    [InlineData("const uint8 a_b = 1; const uint8 AB_ = 1; const uint8 aB = 1;", "MIDL070@1,55")]
    public void Given_names_that_become_equal_When_emitted_Then_the_second_is_reported(string idl, string? expected)
    {
        var output = CSharpEmitter.Emit(Compiling.Text(idl), new CSharpOptions());

        Assert.Equal(expected is null ? [] : [expected], output.Diagnostics.Select(Compiling.Place).Distinct());
        Assert.Equal(expected is null, output.Text.Length > 0);
    }

    [Theory]
    [InlineData(16, null)]
    [InlineData(17, "MIDL072@2,8")]
    public void Given_a_struct_of_about_a_mebibyte_When_emitted_Then_only_what_the_runtime_can_load_is_accepted(int count, string? expected)
    {
        var idl = $"struct Part {{ uint8[65535] a; uint8 b; }};\nstruct Whole {{ Part[{count}] parts; }};\ninterface I {{ method m(in Whole w); }};";
        var output = CSharpEmitter.Emit(Compiling.Text(idl), new CSharpOptions { Namespace = "Large" });

        Assert.Equal(expected is null ? [] : [expected], output.Diagnostics.Select(Compiling.Place));
        if (expected is null) Assert.Equal(1 << 20, System.Runtime.InteropServices.Marshal.SizeOf(GeneratedCode.Load(output.Text).GetType("Large.Whole")!));
    }

    [Fact]
    public void Given_a_unit_of_two_files_When_each_is_emitted_Then_they_compile_together_and_apart_in_namespaces()
    {
        var compilation = Compiling.Files(null, ("main.idl", "include \"base.idl\"\nstruct Two { One one; };\ninterface ITop : IBase { method top(in Two t); };"),
            ("base.idl", "struct One { uint8 a; };\ninterface IBase { error COLD; method low(in One o, out uint32 x, out One y); };"));
        var options = new CSharpOptions { NamespaceOf = file => file.Id == "base.idl" ? "Below" : "Above" };

        var texts = compilation.Files.Select(file => CSharpEmitter.Emit(compilation, file, options).Text).ToArray();

        GeneratedCode.Check(texts);
        Assert.Contains("namespace Below;", texts[0]);
        Assert.Contains("global::Below.BaseSkeleton", texts[1]);
    }

    [Fact]
    public void Given_internal_types_and_a_marking_When_emitted_Then_both_show()
    {
        var text = CSharpEmitter.Emit(Compiling.Text("interface I { method m(); };"), new CSharpOptions { IsInternal = true, Marking = "first\nsecond" }).Text;

        GeneratedCode.Check(text);
        Assert.StartsWith("// <auto-generated/>\n// first\n// second\n", text);
        Assert.DoesNotContain("\npublic ", text);
    }

    [Fact]
    public async Task Given_a_reply_of_the_wrong_size_When_a_proxy_reads_it_Then_it_refuses_and_gives_the_reply_back()
    {
        var driver = GeneratedCode.Load(Emit("interface IOne { error HOT; method get(out uint32 v, out interface o); };"), """
            #nullable enable
            namespace Generated;
            /// <summary>Calls.</summary>
            public static class Driver
            {
                /// <summary>Calls.</summary>
                public static async System.Threading.Tasks.Task CallAsync(MinkActors.Capability target) => await new OneProxy(target).GetAsync();
            }
            """).GetType("Generated.Driver")!;
        IncomingCall? seen = null;
        var size = 3;
        var code = ResultCode.Ok;
        var target = new Capability("liar", call =>
        {
            seen = call;
            call.SetOutputSize(0, size);
            return new(code);
        });
        Task Call() => (Task)driver.GetMethod("CallAsync")!.Invoke(null, [target])!;

        var wrong = await Assert.ThrowsAsync<MinkException>(Call);
        Assert.Equal(ResultCode.SizeOut, wrong.Code);
        Assert.Equal(1, seen!.Disposals);

        (size, code) = (4, (ResultCode)10);
        var failed = await Assert.ThrowsAnyAsync<MinkException>(Call);
        Assert.Equal("OneException", failed.GetType().Name);
        Assert.Equal("IOne.get answered 10, HOT.", failed.Message);
        Assert.Equal(1, seen.Disposals);
    }

    [Fact]
    public void Given_more_objects_than_the_array_holds_When_a_proxy_is_called_Then_it_refuses_before_a_message_exists()
    {
        var driver = GeneratedCode.Load(Emit("interface IRing { method seat(in IRing[2] all); };"), """
            #nullable enable
            namespace Generated;
            /// <summary>Calls.</summary>
            public static class Driver
            {
                /// <summary>Calls.</summary>
                public static System.Threading.Tasks.Task CallAsync(MinkActors.Capability target) => new RingProxy(target).SeatAsync([target, target, target]).AsTask();
            }
            """).GetType("Generated.Driver")!;

        var thrown = Assert.Throws<System.Reflection.TargetInvocationException>(() => driver.GetMethod("CallAsync")!.Invoke(null, [new Capability("ring")]));

        Assert.StartsWith("At most 2 objects.", Assert.IsType<ArgumentException>(thrown.InnerException).Message);
    }

    private static string Emit(string idl) => GeneratedCode.Emit(idl, "Generated");
}
