using Orleans.Cache.Contracts.Partitions;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests;

public sealed class PlacementTests
{
    private const int Keys = 500;

    [Fact]
    public async Task Join_NewSilo_TakesItsPartitionsAndEveryKeyIsReadable()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2);
        await SetAllAsync(grid, "before");

        await grid.Cluster.StartAdditionalSiloAsync();
        await grid.WaitForSilosAsync(3);
        await AssertReadableAsync(grid, "before");
        await grid.WaitUntilSettledAsync();

        await AssertReadableAsync(grid, "before");
        await SetAllAsync(grid, "after");
        await AssertReadableAsync(grid, "after");
        await AssertPlacedByMapAsync(grid, silos: 3);
    }

    [Fact]
    public async Task Join_NewSilo_MovesNoMoreThanItMustAndLosesNothing()
    {
        await using var grid = await GridFixture.StartAsync(silos: 2);
        await SetAllAsync(grid, "before");
        var before = await grid.Grid.GetTopologyAsync();

        await grid.Cluster.StartAdditionalSiloAsync();
        await grid.WaitForSilosAsync(3);
        await grid.WaitUntilSettledAsync();

        var after = await grid.Grid.GetTopologyAsync();
        var entries = await grid.Grid.GetCache().GetManyAsync(AllKeys());
        for (var index = 0; index < Keys; index++)
        {
            var partition = Slot.Of(AllKeys()[index]).PartitionOf(GridFixture.PartitionCount);
            var stayed = OwnerOf(before, partition) == OwnerOf(after, partition);
            Assert.True(entries[index].Found);
            Assert.Equal(stayed ? 0 : 1, after.Epochs[partition] - before.Epochs[partition]);
        }
    }

    [Fact]
    public async Task Stop_OfASilo_GivesItsPartitionsToTheOthers()
    {
        await using var grid = await GridFixture.StartAsync(silos: 3, losesSilos: true);
        await SetAllAsync(grid, "before");

        await grid.Cluster.StopSiloAsync(grid.Cluster.Silos[^1]);
        await AssertReadableAsync(grid, "before");
        await grid.WaitForSilosAsync(2);
        await grid.WaitUntilSettledAsync();

        await AssertReadableAsync(grid, "before");
        await SetAllAsync(grid, "after");
        await AssertReadableAsync(grid, "after");
        await AssertPlacedByMapAsync(grid, silos: 2);
    }

    [Fact]
    public async Task Kill_OfASilo_GivesItsPartitionsToTheOthers()
    {
        await using var grid = await GridFixture.StartAsync(silos: 3, losesSilos: true);
        await SetAllAsync(grid, "before");

        await grid.Cluster.KillSiloAsync(grid.Cluster.Silos[^1]);
        await AssertReadableAsync(grid, "before");
        await grid.WaitForSilosAsync(2);
        await grid.WaitUntilSettledAsync();

        await AssertReadableAsync(grid, "before");
        await SetAllAsync(grid, "after");
        await AssertReadableAsync(grid, "after");
        await AssertPlacedByMapAsync(grid, silos: 2);
    }

    [Fact]
    public async Task Kill_OfTheSiloThatHasTheTopologyGrain_IsSurvived()
    {
        await using var grid = await GridFixture.StartAsync(silos: 3, losesSilos: true);
        var topologyGrain = grid.Cluster.Client.GetGrain<Contracts.Topology.ITopologyGrain>(0);
        Assert.True(grid.Cluster.TryGetGrainContext(topologyGrain.GetGrainId(), out var activation));
        var host = grid.Cluster.Silos.Single(silo => silo.SiloAddress.Equals(activation.Address.SiloAddress));
        var before = await grid.Grid.GetTopologyAsync();

        await grid.Cluster.KillSiloAsync(host);
        await grid.WaitForSilosAsync(2);

        var after = await grid.Grid.GetTopologyAsync();
        Assert.True(after.Version > before.Version, $"{after.Version} does not follow {before.Version}");
        await grid.WaitUntilSettledAsync();
        await SetAllAsync(grid, "after");
        await AssertReadableAsync(grid, "after");
        await AssertPlacedByMapAsync(grid, silos: 2);
    }

    private static CacheKey[] AllKeys() => [.. Enumerable.Range(0, Keys).Select(number => (CacheKey)$"key:{number}")];

    private static string OwnerOf(GridTopology topology, int partition) => topology.Silos[topology.Owners[partition]].Address;

    private static async Task SetAllAsync(GridFixture grid, string value)
    {
        var results = await grid.Grid.GetCache().SetManyAsync(
            [.. AllKeys().Select(key => new CacheSetItem(key, System.Text.Encoding.UTF8.GetBytes(value)))]);
        Assert.All(results, result => Assert.True(result.Stored));
    }

    private static async Task AssertReadableAsync(GridFixture grid, string value)
    {
        var entries = await grid.Grid.GetCache().GetManyAsync(AllKeys());
        Assert.All(entries, entry => Assert.Equal(value, System.Text.Encoding.UTF8.GetString(entry.Value.Span)));
    }

    private static async Task AssertPlacedByMapAsync(GridFixture grid, int silos)
    {
        Assert.Equal(silos, (await grid.Grid.GetTopologyAsync()).Silos.Count);
        for (var partition = 0; partition < GridFixture.PartitionCount; partition++)
        {
            var number = partition;
            await Poll.UntilAsync(() => IsPlacedByMapAsync(grid, number), $"the grain of partition {partition} comes to its owner");
        }
    }

    /// <summary>Asks a partition's grain by the newest map: on a busy machine a partition may change its owner at any time.</summary>
    private static async Task<bool> IsPlacedByMapAsync(GridFixture grid, int partition)
    {
        try
        {
            var topology = await grid.Grid.GetTopologyAsync();
            var status = await grid.Cluster.Client.GetGrain<IPartitionGrain>(partition).GetStatusAsync();
            return status.IsOpen && status.Silo.ToParsableString() == OwnerOf(topology, partition) && status.Epoch == topology.Epochs[partition];
        }
        catch (Runtime.OrleansException)
        {
            // The owner does not take grains yet, or the directory still names a silo that is gone.
            return false;
        }
    }
}
