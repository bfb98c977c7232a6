using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>What silos say of partitions on the move.</summary>
public sealed class MoveReportTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PartitionsOnTheMove_AreToldWhileTheyAre_AndNoLonger()
    {
        var isDeaf = false;
        await using var grid = await GridFixture.StartAsync(
            silos: 1, static (_, options) => options.Replication.ConcurrentMoves = 4, configureSilo: silo => DeafSink.Add(silo, () => isDeaf));
        var cache = grid.Grid.GetCache();
        for (var key = 0; key < 500; key++)
        {
            await cache.SetAsync($"key{key}", "value", cancellationToken: Cancelled);
        }

        var alone = Assert.Single(await grid.Grid.GetMovesAsync(Cancelled));
        Assert.Equal((GridFixture.PartitionCount, 0), (alone.Owned, alone.LackingCopies));
        Assert.Empty(alone.Moves);

        // The next silo hears nothing of the owner, so everything is on its way there.
        isDeaf = true;
        var second = await grid.Cluster.StartAdditionalSiloAsync();
        var deaf = second.ServiceProvider.GetRequiredService<DeafSink>();
        await grid.WaitForSilosAsync(2);
        var first = await Poll.ForAsync(
            async () => (await grid.Grid.GetMovesAsync(Cancelled)).Single(silo => silo.Silo == alone.Silo),
            static first => first.Moves.Count >= GridFixture.PartitionCount && first.Moves.Count(static move => move.Phase == PartitionMovePhase.Filling) >= 4);

        Assert.Equal(GridFixture.PartitionCount, first.LackingCopies);
        var other = (await grid.Grid.GetTopologyAsync(Cancelled)).Silos.Single(silo => silo.Name != alone.Silo).Name;
        Assert.All(first.Moves, move => Assert.Equal((alone.Silo, other), (move.From, move.To)));
        Assert.Equal(4, first.Moves.Count(static move => move.Phase == PartitionMovePhase.Filling));
        Assert.Equal(GridFixture.PartitionCount - 4, first.Moves.Count(static move => move.Phase == PartitionMovePhase.Waiting));
        Assert.Contains(first.Moves, static move => move.WillOwn);
        Assert.Contains(first.Moves, static move => !move.WillOwn);

        deaf.Listen();
        await grid.WaitUntilSettledAsync();
        var settled = await Poll.ForAsync(async () => await grid.Grid.GetMovesAsync(Cancelled), static silos => silos.Sum(static silo => silo.Moves.Count) == 0);

        Assert.Equal(GridFixture.PartitionCount, settled.Sum(static silo => silo.Owned));
        Assert.All(settled, static silo => Assert.Equal(0, silo.LackingCopies));
        Assert.Equal((0, 0, 0), Come(settled.Single(silo => silo.Silo == alone.Silo).Arrivals));
        var filled = settled.Single(silo => silo.Silo == other);
        Assert.InRange(filled.Arrivals.Entries, 500, long.MaxValue);
        Assert.InRange(filled.Arrivals.Bytes, 500 * "key0value".Length, long.MaxValue);
        Assert.InRange(filled.Arrivals.TakenOver, 1, filled.Owned);
        Assert.Equal(filled.Arrivals.TakenOver, filled.Arrivals.Pauses.Count);

        static (long Entries, long Bytes, long TakenOver) Come(SiloArrivals arrivals) => (arrivals.Entries, arrivals.Bytes, arrivals.TakenOver);
    }
}
