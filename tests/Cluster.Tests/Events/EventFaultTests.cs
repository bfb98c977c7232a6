using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Orleans.Cache.Cluster.Tests.Events;

/// <summary>Events that are off, and stream providers that are missing or down: the grid serves on.</summary>
public sealed class EventFaultTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cache_WithoutEvents_SaysHowToSwitchThemOn()
    {
        await using var grid = await EventGrid.StartAsync(silos: 1);
        foreach (var cache in new[] { grid.Grid.GetCache(), grid.CacheOf(grid.Cluster.Silos[0], ICacheGrid.DefaultCache) })
        {
            var error = await Assert.ThrowsAsync<CacheRequestException>(async () => await cache.Events.OpenAsync(cancellationToken: Cancelled));
            Assert.Equal(CacheErrorCode.EventsOff, error.Code);
            Assert.Contains("Cache:Caches:default:Events", error.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await grid.Grid.GetCache(EventGrid.Told).Events.OpenAsync(options: new CacheEventReadOptions { BufferedEvents = 0 }, cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await grid.Grid.GetCache(EventGrid.Told).Events.OpenAsync(new CacheEventFilter { Kinds = [(CacheEventKind)99] }, cancellationToken: Cancelled));
    }

    [Fact]
    public async Task Grid_WithoutAnyEvents_SaysHowToSwitchThemOn()
    {
        await using var grid = await GridFixture.StartAsync(1);
        var error = await Assert.ThrowsAsync<CacheRequestException>(async () => await grid.Grid.GetCache().Events.OpenAsync(cancellationToken: Cancelled));
        Assert.Equal(CacheErrorCode.EventsOff, error.Code);
        Assert.Equal(HealthStatus.Healthy, (await HealthOfAsync(grid)).Status);
    }

    [Fact]
    public async Task Provider_ThatIsMissing_DegradesHealthAndNothingElse()
    {
        await using var grid = await EventGrid.StartAsync(silos: 1, static options => options.Events.StreamProvider = "nowhere");
        var cache = grid.Grid.GetCache(EventGrid.Told);
        await cache.SetAsync("key", "value"u8.ToArray(), cancellationToken: Cancelled);
        Assert.NotNull(await cache.GetAsync("key", Cancelled));
        var health = await UntilAsync(grid, HealthStatus.Degraded);
        Assert.Contains("nowhere", health.Description, StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<CacheRequestException>(async () => await cache.Events.OpenAsync(cancellationToken: Cancelled));
        Assert.Equal(CacheErrorCode.NoStreamProvider, error.Code);
    }

    [Fact]
    public async Task Provider_OfTheDefaultName_AddedAfterTheGrid_IsTheOneInUse()
    {
        // The fixture adds the grid first.
        var streams = new FlakyStreams();
        await using var grid = await EventGrid.StartAsync(silos: 1, configureSilo: silo => streams.AddTo(silo, CacheGridDefaults.EventStreamProvider));
        var cache = grid.CacheOf(grid.Cluster.Silos[0]);
        await using var reader = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        await cache.SetAsync("key", "value"u8.ToArray(), cancellationToken: Cancelled);
        await reader.UntilAsync(CacheEventKind.Set, "key");
        Assert.True(streams.Given > 0);

        // A client that does not have it is told so, rather than listen where nothing is said.
        var error = await Assert.ThrowsAsync<CacheRequestException>(async () => await grid.Grid.GetCache(EventGrid.Told).Events.OpenAsync(cancellationToken: Cancelled));
        Assert.Equal(CacheErrorCode.NoStreamProvider, error.Code);
    }

    [Fact]
    public async Task Provider_ThatFails_LosesEventsAndRecovers()
    {
        var streams = new FlakyStreams();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "orleans.cache.events.lost")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => lost.TrySetResult());
        listener.Start();
        await using var grid = await EventGrid.StartAsync(silos: 1, static options => options.Events.StreamProvider = FlakyStreams.Name, streams.AddTo);
        var cache = grid.CacheOf(grid.Cluster.Silos[0]);
        await using var reader = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        await cache.SetAsync("before", "value"u8.ToArray(), cancellationToken: Cancelled);
        await reader.UntilAsync(CacheEventKind.Set, "before");

        streams.AreDown = true;
        await cache.SetAsync("lost", "value"u8.ToArray(), cancellationToken: Cancelled);
        var health = await UntilAsync(grid, HealthStatus.Degraded);
        Assert.Contains("the test has taken the streams down", health.Description, StringComparison.Ordinal);
        Assert.NotNull(await cache.GetAsync("lost", Cancelled));
        await lost.Task.WaitAsync(Cancelled);

        streams.AreDown = false;
        await UntilAsync(grid, HealthStatus.Healthy);
        await cache.SetAsync("after", "value"u8.ToArray(), cancellationToken: Cancelled);
        Assert.Equal(1, (await reader.ReadAsync(Cancelled)).Missed);
        Assert.Equal("after", (await reader.ReadAsync(Cancelled)).Key.ToString());
    }

    private static async Task<HealthReportEntry> UntilAsync(GridFixture grid, HealthStatus wanted)
    {
        while (true)
        {
            var health = await HealthOfAsync(grid);
            if (health.Status == wanted)
            {
                return health;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancelled);
        }
    }

    private static async Task<HealthReportEntry> HealthOfAsync(GridFixture grid) =>
        (await grid.Cluster.Silos[0].ServiceProvider.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancelled)).Entries["cache-events"];
}
