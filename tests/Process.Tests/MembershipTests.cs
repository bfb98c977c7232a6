using System.Text;
using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>Three silos, of which one goes or comes back.</summary>
[Collection(nameof(ThreeSilos))]
public sealed class MembershipTests(ThreeSiloGrid grid) : GridTests(grid)
{
    private static readonly CacheKey[] Keys = [.. Enumerable.Range(0, 500).Select(number => (CacheKey)$"member:{number}")];

    [Fact]
    public async Task KilledSilo_IsTakenOutOfTheMap_AndEveryKeyCanBeSetAndReadAgain()
    {
        await using var client = await grid.ConnectAsync();
        await SetAndReadAllAsync(client, "before");
        var killed = grid.Silos[2];

        await killed.Run.KillAsync();

        await Wait.UntilAsync(
            "the map has the two silos that live",
            async token => Assert.Equal(
                grid.Silos.Where(silo => silo != killed).Select(silo => silo.Name),
                (await client.Grid.GetTopologyAsync(token)).Silos.Select(silo => silo.Name)),
            () => grid.Transcript);
        await Wait.UntilAsync("every key can be set and read", _ => SetAndReadAllAsync(client, "after"), () => grid.Transcript);
        var ring = (await grid.OcacheAsync(1, "ring", "--json")).Done().Json;
        Assert.Equal(2, ring.GetProperty("silos").GetArrayLength());
        Assert.DoesNotContain(-1, OwnersOf(ring));
    }

    [Fact]
    public async Task StoppedSilo_HandsOver_AndEveryKeyCanBeSetAndReadAtOnce()
    {
        await using var client = await grid.ConnectAsync();
        await SetAndReadAllAsync(client, "before");

        var exitCode = await grid.Silos[1].StopAsync();
        await SetAndReadAllAsync(client, "after");

        Assert.True(exitCode == 0, grid.Silos[1].Run.Transcript);
        Assert.Equal(["silo-0", "silo-2"], (await client.Grid.GetTopologyAsync()).Silos.Select(silo => silo.Name));
    }

    [Fact]
    public async Task RestartedSilo_GetsExactlyItsPartitionsBack()
    {
        var before = await OwnerNamesAsync();
        await grid.Silos[2].StopAsync();
        var without = await OwnerNamesAsync();

        await grid.EnsureAllRunAsync();

        Assert.DoesNotContain("silo-2", without);
        Assert.Equal(before, await OwnerNamesAsync());
        Assert.Contains("silo-2", before);
    }

    private static async Task SetAndReadAllAsync(OutsideClient client, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var written = await client.Grid.GetCache().SetManyAsync([.. Keys.Select(key => new CacheSetItem(key, bytes))]);
        var read = await client.Grid.GetCache().GetManyAsync(Keys);

        Assert.All(written, result => Assert.True(result.Stored));
        Assert.All(read, entry => Assert.True(entry.Found && entry.Value.Span.SequenceEqual(bytes)));
    }

    private static IEnumerable<int> OwnersOf(System.Text.Json.JsonElement ring) =>
        ring.GetProperty("owners").EnumerateArray().Select(owner => owner.GetInt32());

    private async Task<string[]> OwnerNamesAsync()
    {
        var ring = (await grid.OcacheAsync(0, "ring", "--json")).Done().Json;
        string[] names = [.. ring.GetProperty("silos").EnumerateArray().Select(silo => silo.GetProperty("name").GetString()!)];
        return [.. OwnersOf(ring).Select(owner => names[owner])];
    }
}
