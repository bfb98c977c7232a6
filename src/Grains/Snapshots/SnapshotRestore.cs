using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Snapshots;
using Orleans.Cache.Grains.Hosting;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Snapshots;

/// <summary>
/// Loads partitions that this silo begins because no copy of them is left: each from the snapshot that has most, of all silos that are there.
/// </summary>
internal sealed partial class SnapshotRestore(
    SnapshotPlace place,
    SnapshotExchange exchange,
    SnapshotStatus status,
    SnapshotMetrics metrics,
    ShardHost shards,
    PartitionCopies copies,
    NodeTopology topology,
    TimeProvider time,
    ILogger<SnapshotRestore> logger) : SiloLoop(ServiceLifecycleStage.ApplicationServices), IPartitionFiller
{
    private const int MostShown = 16;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<(int Partition, long Epoch)> _begun = new();
    private readonly SemaphoreSlim _signal = new(0);

    public override void Participate(ISiloLifecycle observer)
    {
        if (place.IsOn)
        {
            copies.Filler = this;
            base.Participate(observer);
        }
    }

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    public void Begin(int partition, long epoch)
    {
        status.OnLoading(1);
        _begun.Enqueue((partition, epoch));
        _signal.Release();
    }

    /// <remarks>When the silo stops, what is not loaded is not served either, and its files stay.</remarks>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var isFirst = true;
        while (true)
        {
            await _signal.WaitAsync(cancellationToken);
            if (_begun.IsEmpty)
            {
                continue;
            }

            if (isFirst)
            {
                isFirst = false;
                await WaitForSilosAsync(startedAt, cancellationToken);
            }

            // Partitions begin within a few beats of each other, and are asked for together.
            await Task.Delay(LookPeriod, time, cancellationToken);
            await LoadAsync(Take(), cancellationToken);
        }
    }

    private async Task WaitForSilosAsync(long startedAt, CancellationToken cancellationToken)
    {
        var missing = exchange.FormerSilos().Except(Joined(), StringComparer.Ordinal).ToArray();
        if (missing.Length == 0 || time.GetElapsedTime(startedAt) >= place.Options.WaitForSilos)
        {
            return;
        }

        LogAwaited(string.Join(", ", missing.Order(StringComparer.Ordinal)), place.Options.WaitForSilos);
        status.IsWaiting = true;
        while (missing.Except(Joined(), StringComparer.Ordinal).Any() && time.GetElapsedTime(startedAt) < place.Options.WaitForSilos)
        {
            await Task.Delay(LookPeriod, time, cancellationToken);
        }

        status.IsWaiting = false;
    }

    private IEnumerable<string> Joined() => (topology.Current.Message?.Nodes ?? []).Select(static node => node.Name);

    /// <summary>What began since the last time; of a partition the latest epoch.</summary>
    private Dictionary<int, long> Take()
    {
        var taken = new Dictionary<int, long>();
        var count = 0;
        while (_begun.TryDequeue(out var item))
        {
            taken[item.Partition] = item.Epoch;
            count++;
        }

        status.OnLoading(taken.Count - count);
        return taken;
    }

    private async Task LoadAsync(Dictionary<int, long> begun, CancellationToken cancellationToken)
    {
        if (begun.Count == 0)
        {
            return;
        }

        var since = time.GetTimestamp();
        var (candidates, bad) = await FindAsync(begun, cancellationToken);
        var loads = new List<SnapshotLoad>();
        foreach (var (partition, epoch) in begun)
        {
            var loader = new SnapshotLoader(shards, copies, time, partition, epoch);
            foreach (var file in bad[partition])
            {
                loader.Skip(file.Name, "its header cannot be read");
            }

            await TryLoadAsync(loader, candidates[partition], cancellationToken);
            var load = loader.End();
            loads.Add(load);
            status.OnLoading(-1);
            status.OnLoaded(load.Entries, load.Skipped.Count);
            Count(load);
        }

        Log(loads, time.GetElapsedTime(since));
    }

    private async Task<(ILookup<int, SnapshotCandidate> Candidates, ILookup<int, SnapshotFile> Bad)> FindAsync(Dictionary<int, long> begun, CancellationToken cancellationToken)
    {
        try
        {
            return await exchange.FindAsync(begun.Keys.ToHashSet(), cancellationToken);
        }
#pragma warning disable CA1031 // Whatever is wrong with the folder: a partition that nobody may use is worse than an empty one.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNotLoaded(place.Folder.Path, exception);
            return (Array.Empty<SnapshotCandidate>().ToLookup(static _ => 0), Array.Empty<SnapshotFile>().ToLookup(static _ => 0));
        }
    }

    private async Task TryLoadAsync(SnapshotLoader loader, IEnumerable<SnapshotCandidate> candidates, CancellationToken cancellationToken)
    {
        foreach (var candidate in candidates)
        {
            try
            {
                if (candidate.At is null)
                {
                    if (loader.TryLoad(candidate.File, cancellationToken))
                    {
                        return;
                    }
                }
                else
                {
                    var (file, copy) = await exchange.FetchAsync(candidate, cancellationToken);
                    using (copy)
                    {
                        if (loader.TryLoad(file, cancellationToken))
                        {
                            return;
                        }
                    }
                }
            }
#pragma warning disable CA1031 // Whatever is wrong with one file, there may be another; and a partition that nobody may use is worse than an empty one.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                loader.Skip(candidate.File.Name, exception.Message);
            }
        }
    }

    private void Count(SnapshotLoad load)
    {
        if (load.File is not null)
        {
            metrics.OnLoaded(load.Entries);
        }

        for (var skipped = 0; skipped < load.Skipped.Count; skipped++)
        {
            metrics.OnSkipped();
        }
    }

    private void Log(List<SnapshotLoad> loads, TimeSpan duration)
    {
        var skipped = loads.SelectMany(static load => load.Skipped.Select(skip => (load, skip.File, skip.Reason))).ToArray();
        foreach (var (load, file, reason) in skipped.Take(MostShown))
        {
            LogSkipped(file, reason, load.File ?? "none");
        }

        if (skipped.Length > MostShown)
        {
            LogSkippedMore(skipped.Length - MostShown);
        }

        var loaded = loads.Where(static load => load.File is not null).ToArray();
        if (loaded.Length > 0 || skipped.Length > 0)
        {
            var oldest = loaded.Length == 0 ? "–" : DateTimeOffset.FromUnixTimeMilliseconds(loaded.Min(static load => load.WrittenAt)).ToString("u", CultureInfo.InvariantCulture);
            LogLoaded(
                loaded.Length, loads.Count, loads.Sum(static load => load.Entries), loads.Sum(static load => load.Expired), loads.Sum(static load => load.Bytes), oldest, duration.TotalSeconds);
        }
    }

    [LoggerMessage(EventIds.SnapshotsLoaded, LogLevel.Information, "{Loaded} of {Begun} partitions of which no copy is left begin with a snapshot: {Entries} entries, {Expired} more whose time is over, {Bytes} bytes; the oldest was written {Oldest}. It took {Seconds:F1} s.")]
    private partial void LogLoaded(int loaded, int begun, long entries, long expired, long bytes, string oldest, double seconds);

    [LoggerMessage(EventIds.SnapshotSkipped, LogLevel.Warning, "Snapshot {File} cannot be loaded: {Reason}. Loaded in its place: {Other}.")]
    private partial void LogSkipped(string file, string reason, string other);

    [LoggerMessage(EventIds.SnapshotSkipped, LogLevel.Warning, "{Count} more snapshots cannot be loaded.", EventName = "SnapshotsSkippedToo")]
    private partial void LogSkippedMore(int count);

    [LoggerMessage(EventIds.SnapshotsAwaited, LogLevel.Information, "Before partitions of which no copy is left begin, the silo waits for those that may have newer snapshots: {Silos}; until {Longest} after its start.")]
    private partial void LogAwaited(string silos, TimeSpan longest);

    [LoggerMessage(EventIds.SnapshotsNotLoaded, LogLevel.Error, "The snapshots in {Folder} cannot be read; partitions of which no copy is left begin empty.")]
    private partial void LogNotLoaded(string folder, Exception exception);
}
