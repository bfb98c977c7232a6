using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary><c>ocache hot</c> against silos, all as processes.</summary>
public sealed class HotKeyTests(HotKeyGrid grid) : GridTests(grid), IClassFixture<HotKeyGrid>
{
    [Fact]
    public async Task PinnedKey_IsListed_UntilItIsUnpinned()
    {
        const string key = "front-page";
        Assert.Equal("none\n", (await RunAsync("hot")).Done().Text);
        Assert.Equal("OK\n", (await RunAsync("hot", "pin", key, "--cache", HotKeyGrid.Catalog)).Done().Text);

        var owner = (await RunAsync("where", key, "--cache", HotKeyGrid.Catalog, "--json")).Done().Json.GetProperty("owner").GetString()!;
        var listed = await RunAsync("hot");
        var hot = (await RunAsync("hot", "--json")).Done().Json.GetProperty("keys")[0];

        Assert.Matches($"{key} +{HotKeyGrid.Catalog} +{owner} +0 +0 +1 +yes", listed.Done().Text);
        Assert.Equal((key, owner, true, 1), (hot.GetProperty("key").GetString(), hot.GetProperty("owner").GetString(), hot.GetProperty("pinned").GetBoolean(), hot.GetProperty("copies").GetInt32()));
        var unpinned = await RunAsync("hot", "unpin", key, "--cache", HotKeyGrid.Catalog, "--json");
        Assert.False(unpinned.Done().Json.GetProperty("pinned").GetBoolean());
        Assert.DoesNotContain("yes", (await RunAsync("hot")).Done().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pin_InACacheWithoutHotKeys_IsRefused() =>
        (await RunAsync("hot", "pin", "key")).Failed(exitCode: 1, "The cache 'default' has no hot keys. Set Cache:Caches:default:HotKeys to true");

    private Task<OcacheResult> RunAsync(params IReadOnlyCollection<string> arguments) => grid.OcacheAsync(0, arguments);
}
