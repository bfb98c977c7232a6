using Orleans.Cache.Simulation.World;

namespace Orleans.Cache.Simulation.Checking;

/// <summary>Holds what callers saw against what was promised to them.</summary>
internal static class HistoryChecker
{
    public static string? FindViolation(History history, SimSettings settings)
    {
        for (var partition = 0; partition < history.Partitions; partition++)
        {
            for (var key = 0; key < SimSettings.Keys; key++)
            {
                var operations = history.Of(partition, key);
                var losses = history.LossesOf(partition);
                var violation = SimWorkload.IsCounter(key) ? CounterChecker.FindViolation(operations, losses, settings.StalenessBound) : null;
                if (violation is null && key != SimWorkload.OwnerCounter)
                {
                    violation = LinearizabilityChecker.FindViolation(operations, losses);
                }

                if (violation is not null)
                {
                    return $"partition {partition} key {key}: {violation}";
                }
            }
        }

        return null;
    }
}
