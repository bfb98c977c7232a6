using Microsoft.Extensions.Logging;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Grains.Hosting;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// Has the replicas of this silo's partitions compared with their owners, one partition after the other, so that all had their turn once in
/// <see cref="CacheReplicationOptions.RepairInterval"/>; and says what was found.
/// </summary>
internal sealed partial class RepairWorker(
    PartitionCopies copies, NodeSettings settings, CopyNetwork network, RepairMetrics metrics, TimeProvider time, ILogger<RepairWorker> logger)
    : SiloLoop(ServiceLifecycleStage.Active)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>The metrics live as long as this does.</summary>
    public RepairMetrics Metrics => metrics;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Step, time);
        var perStep = settings.RepairInterval == TimeSpan.Zero ? 0 : settings.PartitionCount * (Step / settings.RepairInterval);
        var next = 0;
        try
        {
            for (var due = 0.0; await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);)
            {
                Tell();
                for (due += network.Table.IsJoined ? Math.Min(perStep, settings.PartitionCount) : 0; due >= 1; due--)
                {
                    Compare(next);
                    next = (next + 1) % settings.PartitionCount;
                }
            }
        }
        finally
        {
            // Also what was found since the last time.
            Tell();
        }
    }

    private void Compare(int partition)
    {
        try
        {
            copies.Compare(partition);
        }
#pragma warning disable CA1031 // One partition must not keep the others from being compared.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(partition, exception);
        }
    }

    private void Tell()
    {
        while (copies.Repairs.TryTake(out var found))
        {
            LogFound(found.Partition, found.Cache, found.Different, found.Missing, found.Extra);
        }
    }

    [LoggerMessage(
        EventIds.CopiesDiffered,
        LogLevel.Warning,
        "The replica here of partition {Partition} was not as its owner's in the cache {Cache}: {Different} entries were different, {Missing} missing, {Extra} too many. It is mended; memory or a program may be at fault.")]
    private partial void LogFound(int partition, string cache, int different, int missing, int extra);

    [LoggerMessage(EventIds.CompareFailed, LogLevel.Error, "Partition {Partition} could not be compared with its replicas.")]
    private partial void LogFailed(int partition, Exception exception);
}
