using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// What copies went through, for the log. It is written down under their locks and logged a little later, together: a silo that dies lets
/// hundreds of partitions say the same.
/// </summary>
internal sealed partial class ReplicationJournal(ILogger<ReplicationJournal> logger)
{
    private const int MostShown = 16;

    private readonly ConcurrentQueue<(int Partition, ReplicationEvent What)> _events = new();

    /// <summary>Notes an event; from any thread.</summary>
    public void Add(int partition, ReplicationEvent what) => _events.Enqueue((partition, what));

    /// <summary>Logs what was noted, one line for each kind. From one thread at a time.</summary>
    /// <param name="lossesOf">How often a partition was lost.</param>
    public void Log(Func<int, int> lossesOf)
    {
        if (_events.IsEmpty)
        {
            return;
        }

        var events = new List<(int Partition, ReplicationEvent What)>();
        while (_events.TryDequeue(out var item))
        {
            events.Add(item);
        }

        foreach (var kind in events.GroupBy(static item => item.What, static item => item.Partition))
        {
            int[] partitions = [.. kind.Distinct().Order()];
            int[] lost = kind.Key == ReplicationEvent.StartedEmpty ? [.. partitions.Where(partition => lossesOf(partition) > 0)] : [];
            if (lost.Length > 0)
            {
                // All of them: whoever reads this has to load their entries again.
                LogLost(lost.Length, string.Join(", ", lost));
            }

            if (kind.Key == ReplicationEvent.Promoted)
            {
                LogPromoted(partitions.Length, Show(partitions));
            }
            else if (logger.IsEnabled(LogLevel.Debug))
            {
                LogChanged(kind.Key, Show(partitions));
            }
        }
    }

    private static string Show(int[] partitions) => partitions.Length <= MostShown
        ? string.Join(", ", partitions)
        : $"{string.Join(", ", partitions.Take(MostShown))} and {partitions.Length - MostShown} more";

    [LoggerMessage(EventIds.PartitionsLost, LogLevel.Warning, "{Count} partitions were lost, all their copies are gone. They begin empty here: {Partitions}.")]
    private partial void LogLost(int count, string partitions);

    [LoggerMessage(EventIds.PartitionsPromoted, LogLevel.Information, "This silo has become owner of {Count} partitions that it had replicas of: {Partitions}.")]
    private partial void LogPromoted(int count, string partitions);

    [LoggerMessage(EventIds.CopiesChanged, LogLevel.Debug, "{What}: partitions {Partitions}.", SkipEnabledCheck = true)]
    private partial void LogChanged(ReplicationEvent what, string partitions);
}
