using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Repair;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>A replica that was damaged on purpose, in a grid that compares its copies.</summary>
public sealed class RepairTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DamagedReplica_IsFoundAndMended()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2, static (_, options) => options.Replication.RepairInterval = TimeSpan.FromSeconds(1));
        await grid.WaitUntilSettledAsync();
        var cache = grid.Grid.GetCache();
        CacheKey[] keys = [.. Enumerable.Range(0, 200).Select(static key => (CacheKey)$"key{key}")];
        await cache.SetManyAsync([.. keys.Select(static key => new CacheSetItem(key, "right"u8.ToArray()))], Cancelled);

        var silo = grid.Cluster.Silos[1];
        var copies = silo.ServiceProvider.GetRequiredService<PartitionCopies>();
        var shards = silo.ServiceProvider.GetRequiredService<ShardHost>();
        var replicated = keys.Where(key => !copies.StatusOf(PartitionOf(key)).IsServing).Take(2).ToArray();
        foreach (var key in replicated)
        {
            await Poll.UntilAsync(() => ValueAt(shards, key) == "right");
        }

        Apply(shards, ChangeKind.Entry, replicated[0]);
        Apply(shards, ChangeKind.Removal, replicated[1]);
        Assert.Equal(("wrong", null), (ValueAt(shards, replicated[0]), ValueAt(shards, replicated[1])));

        var counts = silo.ServiceProvider.GetRequiredService<RepairCounts>();
        await Poll.UntilAsync(() => ValueAt(shards, replicated[0]) == "right" && ValueAt(shards, replicated[1]) == "right");
        await Poll.UntilAsync(() => (counts.Different, counts.Missing, counts.Extra) == (1, 1, 0));
        Assert.True(grid.Cluster.Silos[0].ServiceProvider.GetRequiredService<RepairCounts>().Sent >= 2);
        Assert.All(await cache.GetManyAsync(keys, Cancelled), static entry => Assert.Equal("right"u8, entry.Value.Span));
    }

    private static int PartitionOf(CacheKey key) => Slot.Of(key).PartitionOf(GridFixture.PartitionCount);

    private static void Apply(ShardHost shards, ChangeKind kind, CacheKey key) => shards.Apply(PartitionOf(key), new EntryChange
    {
        Kind = kind,
        Cache = "default"u8,
        Key = System.Text.Encoding.UTF8.GetBytes(key.ToString()),
        Value = "wrong"u8,
        Version = 1,
        TimeToLive = ShardOperation.Forever,
        Sliding = 0,
        SlidingLeft = 0,
    });

    private static string? ValueAt(ShardHost shards, CacheKey key)
    {
        Assert.True(shards.TryFindCache("default", out var cache));
        string? value = null;
        uint cursor = 0;
        do
        {
            shards.Scan(cache, PartitionOf(key), ref cursor, entry =>
            {
                if (System.Text.Encoding.UTF8.GetString(entry.Key) == key.ToString())
                {
                    value = System.Text.Encoding.UTF8.GetString(entry.Value);
                }
            });
        }
        while (cursor != 0);

        return value;
    }
}
