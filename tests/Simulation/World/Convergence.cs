namespace Orleans.Cache.Simulation.World;

/// <summary>What must be so when all faults are over for a while: everything is where it should be, and all copies are alike.</summary>
internal static class Convergence
{
    public static string? FindViolation(SimWorld world)
    {
        for (var partition = 0; partition < world.Settings.Partitions; partition++)
        {
            if (Check(world, partition) is { } violation)
            {
                return $"not converged: partition {partition} {violation}";
            }
        }

        return null;
    }

    private static string? Check(SimWorld world, int partition)
    {
        var recorded = world.Authority.Recorded(partition);
        var wanted = world.Wanted[partition];
        if (recorded.Owner.Node != wanted.Owner || recorded.InSync.Length != wanted.Nodes.Length || !Array.TrueForAll(recorded.InSync, copy => wanted.Contains(copy.Node)))
        {
            return $"should be on {string.Join(' ', wanted.Nodes)}, recorded is {recorded}";
        }

        var owner = world.Nodes[wanted.Owner].Copies[partition];
        if (!owner.Core.IsServing)
        {
            return $"is not served by {recorded.Owner}";
        }

        foreach (var node in wanted.Nodes)
        {
            var copy = world.Nodes[node].Copies[partition];
            if (copy.Core.ConsistentTo != owner.Core.ConsistentTo || !Same(copy.Store.Entries, owner.Store.Entries))
            {
                return $"differs between {owner.Core.Self} at {owner.Core.ConsistentTo} and {copy.Core.Self} at {copy.Core.ConsistentTo}";
            }
        }

        return null;
    }

    private static bool Same(ReadOnlySpan<SimEntry> one, ReadOnlySpan<SimEntry> other)
    {
        for (var key = 0; key < one.Length; key++)
        {
            if (one[key].IsPresent != other[key].IsPresent || (one[key].IsPresent && one[key] != other[key]))
            {
                return false;
            }
        }

        return true;
    }
}
