using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Simulation.World;

/// <summary>
/// Looks into the copies, as no caller can: what an owner counts as held by a copy in sync must be there. A mistake in this is seldom seen
/// from outside, because the owner has to be lost at that moment.
/// </summary>
internal static class SyncChecker
{
    public static string? FindViolation(SimWorld world)
    {
        for (var partition = 0; partition < world.Settings.Partitions; partition++)
        {
            var recorded = world.Authority.Recorded(partition);
            if (recorded.Owner.Node < 0)
            {
                continue;
            }

            var owner = world.Nodes[recorded.Owner.Node].Copies[partition].Core;
            foreach (var (copy, matched) in owner.InSyncProgress)
            {
                var counted = world.Nodes[copy.Node].Copies[partition].Core;
                if (IsSameTime(owner, recorded) && counted.Self == copy && IsSameTime(counted, recorded) && counted.End.Sequence < matched)
                {
                    return $"miscounted: partition {partition} owner {owner.Self} counts {copy} up to {matched}, it ends at {counted.End}";
                }
            }
        }

        return null;
    }

    private static bool IsSameTime(ReplicationCopy copy, Configuration recorded) => copy.Configuration.Epoch == recorded.Epoch;
}
