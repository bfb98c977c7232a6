using System.Text;
using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>Three silos as one cache, from outside of them.</summary>
[Collection(nameof(ThreeSilos))]
public sealed class RoutingTests(ThreeSiloGrid grid) : GridTests(grid)
{
    [Fact]
    public async Task Keys_SetThroughOneGateway_AreReadThroughEach()
    {
        var topology = await TopologyAsync();
        string[] keys = [.. grid.Silos.Select(silo => KeyOwnedBy(silo.Name, topology))];
        foreach (var key in keys)
        {
            (await grid.OcacheAsync(0, "set", key, $"value of {key}")).Done();
        }

        for (var silo = 0; silo < grid.Silos.Count; silo++)
        {
            var read = await grid.OcacheAsync(silo, ["mget", .. keys]);

            Assert.Equal(string.Concat(keys.Select(key => $"{key}\tvalue of {key}\n")), read.Done().Text);
        }
    }

    [Fact]
    public async Task Ring_ShowsEverySiloAndPartition()
    {
        var json = (await grid.OcacheAsync(1, "ring", "--json")).Done().Json;
        var text = (await grid.OcacheAsync(2, "ring")).Done().Text;

        var silos = json.GetProperty("silos").EnumerateArray().ToArray();
        int[] owners = [.. json.GetProperty("owners").EnumerateArray().Select(owner => owner.GetInt32())];
        Assert.Equal(grid.Silos.Select(silo => silo.Name), silos.Select(silo => silo.GetProperty("name").GetString()));
        Assert.Equal(1024, owners.Length);
        Assert.Equal(
            silos.Select(silo => silo.GetProperty("partitions").GetInt32()),
            Enumerable.Range(0, 3).Select(index => owners.Count(owner => owner == index)));
        Assert.All(grid.Silos, silo => Assert.Contains(silo.Name, text, StringComparison.Ordinal));
        Assert.Contains("1,024 partitions", text, StringComparison.Ordinal);
        Assert.Contains("3 silos", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_ThatKnowsOneGateway_ReachesEverySiloDirectly()
    {
        await using var client = await grid.ConnectAsync();
        var cache = client.Grid.GetCache();
        CacheKey[] keys = [.. Enumerable.Range(0, 200).Select(number => (CacheKey)$"outside:{number}")];
        await cache.SetManyAsync([.. keys.Select(key => new CacheSetItem(key, key.ToArray()))]);
        await cache.SetAsync(keys[0], "text");

        Assert.Equal("text", await cache.GetAsync<string>(keys[0]));
        Assert.Equal(
            keys[1..].Select(key => key.ToString()),
            (await cache.GetManyAsync(keys[1..])).Select(entry => Encoding.UTF8.GetString(entry.Value.Span)));
        await Wait.UntilAsync(
            "every silo's own gateway is in the client's list",
            _ =>
            {
                Assert.Equal(3, client.Topology.Current.Nodes.Count);
                Assert.All(client.Topology.Current.Nodes, node => Assert.Same(node.Direct, node.Door));
                return Task.CompletedTask;
            },
            () => grid.Transcript);
        Assert.All(await cache.GetManyAsync(keys), entry => Assert.True(entry.Found));
        Assert.All(client.Topology.Current.Nodes, node => Assert.Same(node.Direct, node.Door));
    }

    private static string KeyOwnedBy(string silo, GridTopology topology) => Enumerable.Range(0, int.MaxValue)
        .Select(number => $"routed:{number}")
        .First(key => topology.Silos[topology.Owners[Slot.Of(key).PartitionOf(topology.PartitionCount)]].Name == silo);

    private async Task<GridTopology> TopologyAsync()
    {
        await using var client = await grid.ConnectAsync();
        return await client.Grid.GetTopologyAsync();
    }
}
