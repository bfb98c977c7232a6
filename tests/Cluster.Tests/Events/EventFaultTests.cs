using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Cache.TestKit;

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

    [Fact]
    public async Task Events_ThatNobodyTookWhileMoreCame_AreAllToldOrMissed()
    {
        const int Flood = 15_000;
        var streams = new FlakyStreams();
        long lost = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "orleans.cache.events.lost")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref lost, count));
        listener.Start();
        await using var grid = await EventGrid.StartAsync(
            silos: 1,
            static options => (options.Events.StreamProvider, options.Events.BufferBytes) = (FlakyStreams.Name, 1 << 20),
            streams.AddTo);
        var cache = grid.CacheOf(grid.Cluster.Silos[0]);
        await using var reader = await cache.Events.OpenAsync(cancellationToken: Cancelled);
        streams.AreDown = true;

        // Several times what the buffer has room for, so that events are lost there too; and some while the pages before are refused.
        var prefix = new string('x', 250);
        foreach (var numbers in Enumerable.Range(0, Flood).Chunk(1000))
        {
            await cache.SetManyAsync([.. numbers.Select(number => new CacheSetItem($"{prefix}{number}", "value"u8.ToArray()))], Cancelled);
        }

        var written = Flood;
        await Poll.UntilAsync(async () =>
        {
            await cache.SetAsync($"{prefix}{written++}", "value"u8.ToArray(), cancellationToken: Cancelled);
            return Interlocked.Read(ref lost) >= Flood;
        });
        streams.AreDown = false;
        await UntilAsync(grid, HealthStatus.Healthy);

        // The buffer is still full when the first page is taken, so what comes next may be missed too.
        long accounted = 0;
        var telling = reader.UntilAsync(next =>
        {
            accounted += next.Kind == CacheEventKind.Missed ? next.Missed ?? 0 : 1;
            return next.Key.ToString().StartsWith("after:", StringComparison.Ordinal);
        });
        var after = 0;
        await Poll.UntilAsync(async () =>
        {
            await cache.SetAsync($"after:{after++}", "value"u8.ToArray(), cancellationToken: Cancelled);
            return telling.IsCompleted;
        });
        var told = (await telling).Key.ToString();
        Assert.Equal(written + 1 + int.Parse(told["after:".Length..], CultureInfo.InvariantCulture), accounted);
    }

    private static Task<HealthReportEntry> UntilAsync(GridFixture grid, HealthStatus wanted) => Poll.ForAsync(() => HealthOfAsync(grid), health => health.Status == wanted);

    private static async Task<HealthReportEntry> HealthOfAsync(GridFixture grid) =>
        (await grid.Cluster.Silos[0].ServiceProvider.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancelled)).Entries["cache-events"];
}
