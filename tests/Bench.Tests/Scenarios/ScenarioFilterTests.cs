using Orleans.Cache.GridBench;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.Bench.Tests.Scenarios;

public sealed class ScenarioFilterTests
{
    private static readonly string[] All = ["get-1", "get-64", "set-64", "open-loop"];

    [Theory]
    [InlineData(new string[0], "get-1 get-64 set-64 open-loop")]
    [InlineData(new[] { "set-64" }, "set-64")]
    [InlineData(new[] { "set-64", "get-1" }, "get-1 set-64")]
    [InlineData(new[] { "get-*", "get-1" }, "get-1 get-64")]
    [InlineData(new[] { "?et-64" }, "get-64 set-64")]
    public void Select_Patterns_FindsEachOnceInTheOrderOfAll(string[] patterns, string expected) =>
        Assert.Equal(expected, string.Join(' ', ScenarioFilter.Select(All, patterns)));

    [Fact]
    public void Select_WhatFitsNothing_SaysWhatThereIs()
    {
        var error = Assert.Throws<BenchException>(static () => ScenarioFilter.Select(All, ["get-1", "put-*"]));

        Assert.Contains("'put-*'", error.Message, StringComparison.Ordinal);
        Assert.Contains("get-1, get-64, set-64, open-loop", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Catalog_Names_AreDifferent() => Assert.Equal(ScenarioCatalog.Names.Count, ScenarioCatalog.Names.Distinct().Count());
}
