using System.Reflection;
using System.Text.RegularExpressions;

namespace MinkActors.Sisters.Tests;

/// <summary>Every numbered rule and check of spec 08 and spec 10 has a test that carries its number.</summary>
public sealed partial class NumberedRulesTests
{
    [Theory]
    [InlineData("ProtectedMemory", "R", 17)]
    [InlineData("ProtectedMemory", "O", 9)]
    [InlineData("ProtectedMemory", "T", 5)]
    [InlineData("ProtectedMemory", "Check", 12)]
    [InlineData("Qseecom", "Check", 11)]
    [InlineData("Qseecom", "U", 8)]
    public void Given_the_rules_of_a_specification_When_the_tests_are_read_Then_each_number_has_one(string folder, string kind, int last)
    {
        var carried = Assembly.GetExecutingAssembly().GetTypes().Where(type => type.Namespace == $"MinkActors.Sisters.Tests.{folder}")
            .SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
            .SelectMany(method => Number().Matches(method.Name)).Where(match => match.Groups[1].Value == kind)
            .Select(match => int.Parse(match.Groups[2].Value, null)).ToHashSet();

        Assert.Equal([], Enumerable.Range(1, last).Except(carried));
    }

    [GeneratedRegex(@"(?<=^|_)(R|O|T|U|Check)(\d{2})(?=_)")]
    private static partial Regex Number();
}
