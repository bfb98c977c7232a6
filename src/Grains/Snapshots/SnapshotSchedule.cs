using Microsoft.Extensions.Logging;
using Orleans.Cache.Grains.Hosting;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Snapshots;

/// <summary>
/// Lets a round of snapshots be written once per interval, slowly; and when the silo stops a last one, at once, of what ends with it.
/// </summary>
internal sealed partial class SnapshotSchedule(
    SnapshotPlace place,
    SnapshotRound round,
    SnapshotStatus status,
    SnapshotMetrics metrics,
    NodeTopology topology,
    TimeProvider time,
    ILogger<SnapshotSchedule> logger) : SiloLoop(ServiceLifecycleStage.ApplicationServices)
{
    // Shorter rests would be longer than they should: timers are not that fine.
    private static readonly TimeSpan LeastRest = TimeSpan.FromMilliseconds(4);

    public override void Participate(ISiloLifecycle observer)
    {
        if (place.IsOn)
        {
            base.Participate(observer);
        }
    }

    /// <summary>
    /// The silo stops, others have taken over what they could, and the rest is sealed: a last snapshot has all that was acknowledged.
    /// </summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await EndAsync();
        if (!place.IsOn)
        {
            return;
        }

        var ending = new HashSet<int>(NodeDrain.EndingWith(topology.Current, topology.LocalSilo));
        try
        {
            if (ending.Count > 0)
            {
                await RoundAsync(ending.Contains, static () => ValueTask.CompletedTask, cancellationToken);
                LogFinished(round.Written, ending.Count);
            }
        }
        catch (OperationCanceledException)
        {
            LogUnfinished(round.Written, ending.Count);
        }
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(place.Options.Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            if (topology.Joined)
            {
                var since = time.GetTimestamp();
                await RoundAsync(static _ => true, RestAsync, cancellationToken).ConfigureAwait(false);

                // As long as it worked, so that half of a processor and of the disk's time is the most that this takes; and no longer than from round to round,
                // for a process that stood still did not work.
                async ValueTask RestAsync()
                {
                    if (time.GetElapsedTime(since) is var worked && worked >= LeastRest)
                    {
                        await Task.Delay(worked < place.Options.Interval ? worked : place.Options.Interval, time, cancellationToken).ConfigureAwait(false);
                        since = time.GetTimestamp();
                    }
                }
            }
        }
    }

    private async Task RoundAsync(Func<int, bool> isIncluded, Func<ValueTask> rest, CancellationToken cancellationToken)
    {
        var (began, since) = (time.GetUtcNow().ToUnixTimeMilliseconds(), time.GetTimestamp());
        var failed = 0;
        string? error;
        try
        {
            await round.RunAsync(isIncluded, rest, cancellationToken).ConfigureAwait(false);
            (failed, error) = (round.Failed, round.Error);
        }
#pragma warning disable CA1031 // One mistake must not end all snapshots without a word.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogBroken(exception);
            error = exception.Message;
        }

        metrics.OnRound(time.GetElapsedTime(since));
        var before = status.OnRound(began, round.Partitions, round.Bytes, round.Newest, error);
        if (error is not null && failed > 0)
        {
            LogFailed(failed, place.Folder.Path, error);
        }
        else if (error is null && before is not null)
        {
            LogGoodAgain(place.Folder.Path);
        }
    }

    [LoggerMessage(EventIds.SnapshotsFailed, LogLevel.Error, "{Count} snapshots could not be written to {Folder}, and are tried again in the next round; those that there were are still there. The first error: {Error}")]
    private partial void LogFailed(int count, string folder, string error);

    [LoggerMessage(EventIds.SnapshotsBroken, LogLevel.Error, "A round of snapshots ended in an error that nobody foresaw; the next one is tried in time.")]
    private partial void LogBroken(Exception exception);

    [LoggerMessage(EventIds.SnapshotsGoodAgain, LogLevel.Information, "Snapshots are written to {Folder} again.")]
    private partial void LogGoodAgain(string folder);

    [LoggerMessage(EventIds.SnapshotsFinished, LogLevel.Information, "The silo stops, and has written {Written} snapshots of the {Partitions} partitions that end with it; the others had one already.")]
    private partial void LogFinished(int written, int partitions);

    [LoggerMessage(EventIds.SnapshotsUnfinished, LogLevel.Warning, "The silo stops, and had time for {Written} snapshots of the {Partitions} partitions that end with it. Of the others the one before will be loaded. Allow more by the host's ShutdownTimeout.")]
    private partial void LogUnfinished(int written, int partitions);
}
