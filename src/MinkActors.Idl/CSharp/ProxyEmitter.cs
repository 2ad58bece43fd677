using MinkActors.Idl.Checked;
using MinkActors.Idl.Dumps;
using MinkActors.Idl.Lowered;

namespace MinkActors.Idl.CSharp;

/// <summary>The caller's side: a typed view of a capability with one asynchronous method per IDL method.</summary>
internal sealed class ProxyEmitter(CSharpTypes types, IndentedText output)
{
    public void Emit(LoweredInterface contract)
    {
        var name = CSharpNames.Stem(contract.Name) + "Proxy";
        output.Line($"/// <summary>A reference to an object behind <c>{contract.Name}</c>: a typed view of a capability, which it does not copy.</summary>");
        output.Line("/// <remarks>Disposing it gives up the capability's reference. Any thread. The default value is no reference and must not be called.</remarks>");
        output.Braces($"{types.Visibility} readonly struct {name} : global::System.IDisposable, global::System.IEquatable<{name}>", () =>
        {
            Frame(contract, name);
            foreach (var at in contract.Chain())
            {
                foreach (var method in at.Methods)
                {
                    var shape = new ProxyShape(method, types);
                    if (at == contract) new ProxyMethodEmitter(contract, method, shape, types, output).Emit();
                    else Inherited(at, method, shape);
                }
            }
        });
        output.Line();
    }

    private void Frame(LoweredInterface contract, string name)
    {
        var (task, token) = (RuntimeSurface.Task, RuntimeSurface.Token);
        output.Line("/// <summary>Views a capability; who owned its reference still does, until one of the two is disposed.</summary>");
        output.Line($"public {name}({RuntimeSurface.Capability} capability) => Capability = capability;");
        output.Line();
        output.Line("/// <summary>The capability behind this view.</summary>");
        output.Line($"public {RuntimeSurface.Capability} Capability {{ get; }}");
        output.Line();
        output.Line("/// <summary>Views a capability, or gives null for the null object.</summary>");
        output.Line($"public static {name}? From({RuntimeSurface.Capability}? capability) => capability is null ? null : new {name}(capability);");
        output.Line();
        output.Line("/// <summary>The capability, to pass it on.</summary>");
        output.Line($"public static implicit operator {RuntimeSurface.Capability}({name} proxy) => proxy.Capability;");
        foreach (var parent in contract.Chain().Skip(1))
        {
            output.Line();
            output.Line("/// <summary>The same reference, seen as a base interface.</summary>");
            output.Line($"public static implicit operator {types.Proxy(parent.Checked)}({name} proxy) => new(proxy.Capability);");
        }
        output.Line();
        output.Line("/// <summary>Gives up the reference.</summary>");
        output.Line("public void Dispose() => Capability?.Dispose();");
        output.Line();
        output.Line("/// <summary>The same capability object is behind both.</summary>");
        output.Line($"public bool Equals({name} other) => ReferenceEquals(Capability, other.Capability);");
        output.Line("/// <inheritdoc/>");
        output.Line($"public override bool Equals(object? other) => other is {name} proxy && Equals(proxy);");
        output.Line("/// <inheritdoc/>");
        output.Line("public override int GetHashCode() => Capability is null ? 0 : Capability.GetHashCode();");
        output.Line("/// <summary>The same capability object is behind both.</summary>");
        output.Line($"public static bool operator ==({name} left, {name} right) => left.Equals(right);");
        output.Line("/// <summary>Different capability objects are behind them.</summary>");
        output.Line($"public static bool operator !=({name} left, {name} right) => !left.Equals(right);");
        output.Line();
        output.Line($"/// <summary>Asks the object for its version word; see <see cref=\"I{CSharpNames.Stem(contract.Name)}.InterfaceVersion\"/>. Implementations older than the question answer INVALID.</summary>");
        output.Line($"public {task}<uint> GetApiVersionAsync({token} cancellationToken = default)");
        output.Braces("", () =>
        {
            output.Line(RuntimeSurface.Begin(RuntimeSurface.VersionOp, "__Wire.Counts(0x10u)"));
            output.Line(RuntimeSurface.Out("4"));
            output.Line($"return __VersionEnd({RuntimeSurface.Send});");
        });
        output.Line($"[{RuntimeSurface.Compiler}.AsyncMethodBuilder(typeof({RuntimeSurface.Compiler}.PoolingAsyncValueTaskMethodBuilder<>))]");
        output.Braces($"private static async {task}<uint> __VersionEnd({task}<{RuntimeSurface.Reply}> __pending)", () =>
        {
            output.Line("using var __reply = await __pending;");
            output.Line($"if (__reply.Code != {RuntimeSurface.Ok}) throw new {CSharpNames.Stem(contract.Name)}Exception(__reply.Code, \"api_version\");");
            output.Line($"return __Wire.Read<uint>(__Wire.Exactly({RuntimeSurface.Output(0)}, 4), 0, 4);");
        });
    }

    private void Inherited(LoweredInterface declaring, LoweredMethod method, ProxyShape shape)
    {
        var proxy = types.Proxy(declaring.Checked);
        output.Line();
        output.Line($"/// <inheritdoc cref=\"{proxy}.{shape.Name}\"/>");
        output.Line($"public {shape.ReturnType(proxy + ".")} {shape.Name}({shape.Signature}) =>");
        output.Line($"    new {proxy}(Capability).{shape.Name}({shape.Arguments});");
    }
}
