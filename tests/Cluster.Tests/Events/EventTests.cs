using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Client.Events;
using Orleans.Cache.Contracts.Events;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Orleans.Cache.Cluster.Tests.Events;

/// <summary>What applications are told of caches, over real memory streams.</summary>
public sealed class EventTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StreamsAreLeftAlone_WhereNoCacheHasEvents()
    {
        // The queues are shared out anew whenever a silo joins.
        await using var grid = await GridFixture.StartAsync(silos: 1);
        await grid.Cluster.StartAdditionalSiloAsync();
        await grid.Cluster.StartAdditionalSiloAsync();
        Assert.Equal([0, 0, 0], await CountAgentsAsync(grid));

        await using var telling = await EventGrid.StartAsync(silos: 2);
        Assert.Equal(4, (await CountAgentsAsync(telling)).Sum());
    }

    [Fact]
    public async Task EveryKind_IsHeardByAClientAndByASilo()
    {
        await using var grid = await EventGrid.StartAsync();
        var cache = grid.Grid.GetCache(EventGrid.Told);
        await using var client = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        await using var silo = await grid.CacheOf(grid.Cluster.Silos[0]).Events.OpenAsync(cancellationToken: Cancelled);

        var written = await cache.SetAsync("set", "value"u8.ToArray(), cancellationToken: Cancelled);
        await cache.IncrementAsync("count", cancellationToken: Cancelled);
        await cache.SetAsync("removed", "value"u8.ToArray(), cancellationToken: Cancelled);
        await cache.RemoveAsync("removed", Cancelled);
        await cache.RemoveAsync("never there", Cancelled);
        await cache.SetAsync("short", "value"u8.ToArray(), new CacheSetOptions { TimeToLive = TimeSpan.FromMilliseconds(20) }, Cancelled);
        await cache.SetAsync("tagged", "value"u8.ToArray(), new CacheSetOptions { Tags = ["a", "b"] }, Cancelled);
        foreach (var reader in new[] { client, silo })
        {
            // Each silo tells for itself, so only events of one silo have an order.
            var wanted = new Dictionary<(CacheEventKind, string), CacheEvent?>
            {
                [(CacheEventKind.Set, "set")] = null,
                [(CacheEventKind.Set, "count")] = null,
                [(CacheEventKind.Set, "removed")] = null,
                [(CacheEventKind.Removed, "removed")] = null,
                [(CacheEventKind.Set, "short")] = null,
                [(CacheEventKind.Expired, "short")] = null,
                [(CacheEventKind.Set, "tagged")] = null,
            };
            while (wanted.ContainsValue(null))
            {
                var next = await reader.ReadAsync(Cancelled);
                Assert.True(wanted.TryGetValue((next.Kind, next.Key.ToString()), out var before), $"{next} was told");
                Assert.Null(before);
                wanted[(next.Kind, next.Key.ToString())] = next;
            }

            Assert.Equal(written.Version, wanted[(CacheEventKind.Set, "set")]!.Value.Version);
            Assert.Contains(wanted[(CacheEventKind.Set, "set")]!.Value.Silo, grid.Cluster.Silos.Select(static silo => silo.InstanceNumber >= 0 ? silo.Name : string.Empty));
        }

        await cache.RemoveByTagAsync(["b", "c"], Cancelled);
        await cache.RemoveByTagAsync("*", Cancelled);
        foreach (var reader in new[] { client, silo })
        {
            var removed = await reader.UntilAsync(static next => next.Kind == CacheEventKind.TagsRemoved);
            Assert.True(removed.HasTag("b"));
            Assert.True(removed.HasTag("c"));
            Assert.False(removed.HasTag("a"));
            Assert.True(removed.Key.IsEmpty);
            Assert.False((await reader.UntilAsync(static next => next.Kind == CacheEventKind.Cleared)).HasTag("b"));
        }
    }

    [Fact]
    public async Task Eviction_IsToldWithItsKey()
    {
        await using var grid = await EventGrid.StartAsync();
        var cache = grid.Grid.GetCache(EventGrid.Small);
        await using var reader = await cache.Events.OpenAsync(new CacheEventFilter { Kinds = [CacheEventKind.Evicted] }, cancellationToken: Cancelled);
        await EventGrid.WriteAsync(cache, Enumerable.Range(0, 1000).Select(static key => $"key{key}"));

        var evicted = await reader.ReadAsync(Cancelled);
        Assert.Equal(CacheEventKind.Evicted, evicted.Kind);
        Assert.True(evicted.Version > 0);
        Assert.False((await cache.TryGetAsync(evicted.Key, Cancelled)).Found);
    }

    [Fact]
    public async Task Reader_WithAFilter_HearsOnlyThat()
    {
        await using var grid = await EventGrid.StartAsync();
        var cache = grid.Grid.GetCache(EventGrid.Told);
        await using var all = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        await using var some = await cache.Events.OpenAsync(
            new CacheEventFilter { Kinds = [CacheEventKind.Removed, CacheEventKind.Cleared], KeyPrefix = "a/" }, cancellationToken: Cancelled);
        await using var other = await grid.Grid.GetCache(EventGrid.Small).Events.OpenAsync(cancellationToken: Cancelled);
        foreach (var key in new[] { "b/1", "a/1", "a/2" })
        {
            await cache.SetAsync(key, "value"u8.ToArray(), cancellationToken: Cancelled);
            await cache.RemoveAsync(key, Cancelled);
            await all.UntilAsync(CacheEventKind.Removed, key);
        }

        await cache.RemoveByTagAsync("*", Cancelled);
        Assert.Equal((CacheEventKind.Removed, "a/1"), Said(await some.ReadAsync(Cancelled)));
        Assert.Equal((CacheEventKind.Removed, "a/2"), Said(await some.ReadAsync(Cancelled)));
        Assert.Equal((CacheEventKind.Cleared, ""), Said(await some.ReadAsync(Cancelled)));

        await grid.Grid.GetCache(EventGrid.Small).SetAsync("its own", "value"u8.ToArray(), cancellationToken: Cancelled);
        Assert.Equal((CacheEventKind.Set, "its own"), Said(await other.ReadAsync(Cancelled)));
    }

    [Fact]
    public async Task Reader_ThatIsSlow_IsToldWhatItMissedAndGoesOn()
    {
        await using var grid = await EventGrid.StartAsync();
        var cache = grid.Grid.GetCache(EventGrid.Told);
        await using var slow = await cache.Events.OpenAsync(options: new CacheEventReadOptions { BufferedEvents = 10 }, cancellationToken: Cancelled);
        await using var quick = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        await EventGrid.WriteAsync(cache, Enumerable.Range(0, 1000).Select(static key => $"key{key}"));
        var order = new List<string>();
        while (order.Count < 1000)
        {
            order.Add((await quick.ReadAsync(Cancelled)).Key.ToString());
        }

        // The slow one was told each event before the quick one was.
        Assert.Equal(new CacheEvent { Kind = CacheEventKind.Missed, Missed = 990 }, await slow.ReadAsync(Cancelled));
        foreach (var key in order[990..])
        {
            Assert.Equal((CacheEventKind.Set, key), Said(await slow.ReadAsync(Cancelled)));
        }

        await cache.RemoveAsync("key1", Cancelled);
        Assert.Equal((CacheEventKind.Removed, "key1"), Said(await slow.ReadAsync(Cancelled)));
    }

    [Fact]
    public async Task Silo_ThatJoins_IsHeard()
    {
        await using var grid = await EventGrid.StartAsync(silos: 2);
        var cache = grid.Grid.GetCache(EventGrid.Told);
        await using var reader = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        var joined = await grid.Cluster.StartAdditionalSiloAsync();
        await grid.WaitForSilosAsync(3);
        await grid.WaitUntilSettledAsync();
        await EventGrid.UntilAllIsToldAsync(reader, cache);

        var heard = new HashSet<string?>(StringComparer.Ordinal);
        await EventGrid.WriteAsync(cache, Enumerable.Range(0, 300).Select(static key => $"key{key}"));
        for (var count = 0; count < 300; count++)
        {
            var next = await reader.ReadAsync(Cancelled);
            Assert.Equal(CacheEventKind.Set, next.Kind);
            heard.Add(next.Silo);
        }

        Assert.Contains(joined.Name, heard);
        Assert.Equal(3, heard.Count);
    }

    [Fact]
    public async Task Silo_ThatStops_LeavesNoGapThatIsNotTold()
    {
        await using var grid = await EventGrid.StartAsync(losesSilos: true);
        var cache = grid.Grid.GetCache(EventGrid.Told);
        await using var reader = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        var left = Enumerable.Range(0, 300).Select(static key => $"key{key}").ToHashSet(StringComparer.Ordinal);
        await EventGrid.WriteAsync(cache, left.ToArray());
        await grid.Cluster.StopSiloAsync(grid.Cluster.Silos[^1]);

        // What queues and agents of the streams' provider lose when they move is told.
        while (left.Count > 0)
        {
            var next = await reader.ReadAsync(Cancelled);
            if (next.Kind == CacheEventKind.Missed)
            {
                break;
            }

            left.Remove(next.Key.ToString());
        }

        await EventGrid.UntilAllIsToldAsync(reader, cache);
    }

    [Fact]
    public async Task Silo_ThatIsKilled_LeavesAGapThatIsToldAndTheOthersGoOn()
    {
        await using var grid = await EventGrid.StartAsync(losesSilos: true);
        var cache = grid.Grid.GetCache(EventGrid.Told);
        await using var reader = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        var killed = grid.Cluster.Silos[^1];
        await grid.Cluster.KillSiloAsync(killed);
        var missed = await reader.UntilAsync(next => next.Kind == CacheEventKind.Missed && next.Silo == killed.Name);
        Assert.Null(missed.Missed);
        await EventGrid.UntilAllIsToldAsync(reader, cache);
    }

    [Fact]
    public async Task Readers_OfAProcess_ShareOneSubscriptionThatGoesWithTheLast()
    {
        await using var grid = await EventGrid.StartAsync();
        var cache = grid.Grid.GetCache(EventGrid.Told);
        var first = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        var second = await grid.Grid.GetCache(EventGrid.Small).Events.OpenAsync(cancellationToken: Cancelled);
        var streams = grid.Cluster.Silos.Select(silo => StreamOf(grid, silo.Name)).ToArray();
        foreach (var stream in streams)
        {
            Assert.Single(await stream.GetAllSubscriptionHandles());
        }

        await first.DisposeAsync();
        await cache.SetAsync("key", "value"u8.ToArray(), cancellationToken: Cancelled);
        foreach (var stream in streams)
        {
            Assert.Single(await stream.GetAllSubscriptionHandles());
        }

        await second.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await second.ReadAsync(Cancelled));
        foreach (var stream in streams)
        {
            Assert.Empty(await stream.GetAllSubscriptionHandles());
        }

        Assert.Equal(0, grid.Cluster.Client.ServiceProvider.GetRequiredService<EventStreams>().Silos);
        await using var third = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        await cache.RemoveAsync("key", Cancelled);
        await third.UntilAsync(CacheEventKind.Removed, "key");
    }

    [Fact]
    public async Task Reader_WhoseSubscriptionsWereForgotten_HearsAgain()
    {
        await using var grid = await EventGrid.StartAsync();
        var cache = grid.Grid.GetCache(EventGrid.Told);
        await using var reader = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        foreach (var silo in grid.Cluster.Silos)
        {
            foreach (var handle in await StreamOf(grid, silo.Name).GetAllSubscriptionHandles())
            {
                await handle.UnsubscribeAsync();
            }
        }

        await EventGrid.WriteAsync(cache, Enumerable.Range(0, 300).Select(static key => $"key{key}"));
        for (var missed = 0L; missed < 300;)
        {
            var next = await reader.ReadAsync(Cancelled);
            Assert.Equal(CacheEventKind.Missed, next.Kind);
            missed += next.Missed!.Value;
        }

        await EventGrid.UntilAllIsToldAsync(reader, cache);
    }

    [Fact]
    public async Task Enumeration_EndsWithItsToken()
    {
        await using var grid = await EventGrid.StartAsync(silos: 1);
        var cache = grid.Grid.GetCache(EventGrid.Told);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            var writing = Task.CompletedTask;
            await using var listening = await cache.Events.OpenAsync(cancellationToken: Cancelled);
            writing = Task.Run(
                async () =>
                {
                    while (!enough.IsCancellationRequested)
                    {
                        await cache.SetAsync("key", "value"u8.ToArray(), cancellationToken: Cancelled);
                    }
                },
                Cancelled);
            try
            {
                await foreach (var next in cache.Events.ReadAsync(cancellationToken: enough.Token))
                {
                    Assert.Equal((CacheEventKind.Set, "key"), Said(next));
                    await enough.CancelAsync();
                }
            }
            finally
            {
                await writing;
            }
        });
    }

    private static (CacheEventKind Kind, string Key) Said(CacheEvent next) => (next.Kind, next.Key.ToString());

    private static IAsyncStream<EventsMessage> StreamOf(GridFixture grid, string silo) =>
        grid.Cluster.Client.ServiceProvider.GetRequiredKeyedService<IStreamProvider>(CacheGridDefaults.EventMemoryStreams)
            .GetStream<EventsMessage>(StreamId.Create(EventStreamReply.Namespace, silo));

    /// <summary>How many queues each silo asks for events.</summary>
    private static async Task<IEnumerable<int>> CountAgentsAsync(GridFixture grid) =>
        (await grid.Cluster.Client.GetGrain<IManagementGrain>(0).SendControlCommandToProvider<PersistentStreamProvider>(
            CacheGridDefaults.EventMemoryStreams, (int)PersistentStreamProviderCommand.GetNumberRunningAgents, null)).Cast<int>();
}
