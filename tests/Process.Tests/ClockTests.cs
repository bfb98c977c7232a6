using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>A grid of which one silo's wall clock is an hour ahead of the other's, and of its clients'.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    private const int Count = 40;
    private const int BitsBelowMilliseconds = 16;
    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(10);
    private static readonly CacheKey[] Keys = [.. Enumerable.Range(0, Count).Select(static number => (CacheKey)$"key{number}")];
    private readonly string _cluster = $"clock-tests-{Guid.NewGuid():N}";
    private SiloProcess? _right;
    private SiloProcess? _ahead;
    private OutsideClient? _writer;
    private OutsideClient? _reader;

    [Fact]
    public async Task SiloAnHourAhead_ChangesNothingOfVersionsTimesTagsAndNearCopies()
    {
        var (writer, reader) = (_writer!.Grid.GetCache(), _reader!.Grid.GetCache());

        // Both silos own some: then the versions are an hour apart.
        await Wait.UntilAsync("both silos own keys", async token => Assert.True(SpreadOf(await WriteAsync(writer, "first", token)) > TimeSpan.FromMinutes(50)), () => Transcript);
        var before = await WriteAsync(writer, "second", Cancelled);
        await AssertReadsAsync(reader, "second");

        await writer.RemoveByTagAsync("even", Cancelled);
        for (var number = 0; number < Count; number++)
        {
            Assert.Equal(number % 2 == 1, (await reader.TryGetAsync(Keys[number], Cancelled)).Found);
        }

        // The reader has copies of what both silos wrote; none outlives the next write.
        await WriteAsync(writer, "third", Cancelled);
        await AssertReadsAsync(reader, "third");

        // The silo ahead leaves its keys to the other, by whose clock they will have been written in an hour.
        Assert.True(await _ahead!.StopAsync() == 0, Transcript);
        var after = await WriteAsync(writer, "last", Cancelled);
        Assert.All(before.Zip(after), static versions => Assert.True(versions.Second > versions.First));
        await AssertReadsAsync(reader, "last");
    }

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(ShiftedClock.Missing is not null, ShiftedClock.Missing ?? string.Empty);
        var first = SiloSettings.First($"--Silo:ClusterId={_cluster}", "--Cache:Caches:default:NearCache=strict");
        _right = await SiloProcess.StartReadyAsync(first);
        _ahead = SiloProcess.Start(first.Joining(1), ShiftedClock.AnHourAhead);
        await _ahead.WaitUntilReadyAsync();
        _writer = await OutsideClient.ConnectAsync(_right.Gateway, _cluster);
        _reader = await OutsideClient.ConnectAsync(_right.Gateway, _cluster);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { _reader, _writer, _ahead, _right })
        {
            await (part?.DisposeAsync() ?? default);
        }
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Transcript => $"{_right!.Run.Transcript}\n{_ahead!.Run.Transcript}";

    private static TimeSpan SpreadOf(long[] versions) => TimeSpan.FromMilliseconds((versions.Max() >> BitsBelowMilliseconds) - (versions.Min() >> BitsBelowMilliseconds));

    private static async Task<long[]> WriteAsync(ICache cache, string value, CancellationToken cancellationToken)
    {
        var versions = new long[Count];
        for (var number = 0; number < Count; number++)
        {
            await cache.SetAsync(Keys[number], value, new CacheSetOptions { TimeToLive = TimeToLive, Tags = [number % 2 == 0 ? "even" : "odd"] }, cancellationToken);
            versions[number] = (await cache.TryGetAsync(Keys[number], cancellationToken)).Version;
        }

        return versions;
    }

    /// <summary>Reads all keys twice: the second time what was kept near by the first.</summary>
    private static async Task AssertReadsAsync(ICache cache, string value)
    {
        foreach (var key in Keys.Concat(Keys))
        {
            var entry = await cache.TryGetAsync<string>(key, Cancelled);
            Assert.Equal(value, entry.Value);
            Assert.InRange(entry.TimeToLive!.Value, TimeToLive / 2, TimeToLive);
        }
    }
}
