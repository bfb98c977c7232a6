using Orleans.Cache.Contracts.Topology;

namespace Orleans.Cache.Cluster.Tests;

public sealed class AdmissionTests
{
    [Fact]
    public async Task Join_WithAnotherPartitionCount_IsRefused()
    {
        var partitions = GridFixture.PartitionCount;
        await using var grid = await GridFixture.StartAsync(silos: 1, (_, options) => options.PartitionCount = partitions);
        partitions *= 2;

        var error = await Assert.ThrowsAsync<CacheGridStartException>(grid.Cluster.StartAdditionalSiloAsync);

        Assert.Contains("Cache:PartitionCount is 128 on this silo and 64 in the running grid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_WithAnotherTenure_IsRefused()
    {
        var tenure = TimeSpan.FromSeconds(40);
        await using var grid = await GridFixture.StartAsync(silos: 1, (_, options) => options.Replication.Tenure = tenure);
        tenure *= 2;

        var error = await Assert.ThrowsAsync<CacheGridStartException>(grid.Cluster.StartAdditionalSiloAsync);

        Assert.Contains("Cache:Replication:Tenure is 00:01:20 on this silo and 00:00:40 in the running grid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_UnderARunningSilosName_IsRefused()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1, (_, options) => options.SiloName = "one");

        var error = await Assert.ThrowsAsync<CacheGridStartException>(grid.Cluster.StartAdditionalSiloAsync);

        Assert.Contains("'one'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_WithFewerCachesAndSmallerLimits_NarrowsTheGrid()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2, static (silo, options) =>
        {
            options.Caches["both"] = new CacheOptions();
            options.Caches[$"only-{silo}"] = new CacheOptions();
            options.Limits = options.Limits with { MaxKeyBytes = silo.EndsWith('0') ? 10 : 20 };
        });

        var topology = await grid.Grid.GetTopologyAsync();

        Assert.Equal(["both", "default"], topology.Caches);
        await Assert.ThrowsAsync<CacheRequestException>(async () => await grid.Grid.GetCache().GetAsync("12345678901"));
    }

    [Fact]
    public async Task Weights_ShareThePartitions()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2, static (silo, options) => options.Weight = silo.EndsWith('0') ? 1 : 3);

        var topology = await grid.Grid.GetTopologyAsync();

        Assert.Equal([1, 3], topology.Silos.Select(silo => silo.Weight));
        Assert.InRange(topology.Silos[1].Partitions, 45, 51);
        Assert.Equal(GridFixture.PartitionCount, topology.Silos.Sum(silo => silo.Partitions));
    }

    [Fact]
    public async Task TopologyGrain_ThatStartsAnew_KeepsTheMap()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2);
        var before = await grid.Grid.GetTopologyAsync();

        await grid.Cluster.DeactivateAsync(grid.Cluster.Client.GetGrain<ITopologyGrain>(0));
        var recovered = await grid.Cluster.Client.GetGrain<ITopologyGrain>(0).GetAsync(knownVersion: 0);

        Assert.Equal(before.Version, recovered!.Version);
        Assert.Equal(before.Epochs, recovered.Epochs);
    }
}
