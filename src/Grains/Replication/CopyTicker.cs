using Microsoft.Extensions.Logging;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Grains.Hosting;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// Lets the copies do what is due, a few times in each beat, from when the grid has given this silo its number. Not a hosted service:
/// those stop first, and a silo that leaves has its copies hand over what they own after that.
/// </summary>
/// <remarks>Where an owner is silent it looks earlier, so that no caller waits for the next tick when a replica may take over.</remarks>
internal sealed partial class CopyTicker(
    CopyNetwork network, IPacketSink copies, InvalidationFeed feed, ReplicationSettings settings, ReplicationJournal journal, TimeProvider time, ILogger<CopyTicker> logger)
    : SiloLoop(ServiceLifecycleStage.ApplicationServices)
{
    private const int TicksPerLease = 10;

    private static readonly TimeSpan LongestPeriod = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan JournalPeriod = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _period = TimeSpan.FromSeconds(Math.Min(LongestPeriod.TotalSeconds, (double)settings.LeaseTicks / TicksPerLease / time.TimestampFrequency));
    private bool _hasFailed;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_period, time);
        var loggedAt = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                if (network.Table.IsJoined)
                {
                    timer.Period = UntilNext(Tick());
                }

                if (time.GetElapsedTime(loggedAt) >= JournalPeriod)
                {
                    loggedAt = time.GetTimestamp();
                    journal.Log(copies.LossesOf);
                }
            }
        }
        finally
        {
            // Also what happened since the last time.
            journal.Log(copies.LossesOf);
        }
    }

    private TimeSpan UntilNext(long due)
    {
        if (due == long.MaxValue)
        {
            return _period;
        }

        var left = time.GetElapsedTime(time.GetTimestamp(), due);
        return left < ShortestPeriod ? ShortestPeriod : left < _period ? left : _period;
    }

    /// <returns>When something will be due that should not wait for the next tick.</returns>
    private long Tick()
    {
        var due = long.MaxValue;
        try
        {
            due = copies.Tick();
            network.Flush();
            network.Probe();
            feed.Tick();
            _hasFailed = false;
        }
#pragma warning disable CA1031 // Without ticks the whole silo would lose its leases because of one mistake.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // Once: it would fail in every tick.
            if (!_hasFailed)
            {
                LogFailed(exception);
            }

            _hasFailed = true;
        }

        return due;
    }

    [LoggerMessage(EventIds.TickFailed, LogLevel.Error, "What was due in the copies of partitions failed; it is tried again in each tick.")]
    private partial void LogFailed(Exception exception);
}
