namespace Orleans.Cache.Cli.Output;

/// <summary>Divides a ring into as many sectors as can be told apart.</summary>
internal static class RingSectors
{
    /// <summary>
    /// One owner for every sector. With no more partitions than sectors these are the owners themselves. Otherwise a sector stands for
    /// several partitions and shows the silo that is owed most: the partitions it owns so far, less the sectors it was given, so that what
    /// one sector rounds away the next ones make good, and the picture keeps the silos' shares.
    /// </summary>
    /// <param name="owners">For every partition the index of its owner; below 0 for none.</param>
    /// <param name="count">How many sectors there may be.</param>
    public static int[] Reduce(IReadOnlyList<int> owners, int count)
    {
        if (owners.Count <= count)
        {
            return [.. owners.Select(owner => Math.Max(RingCell.Nobody, owner))];
        }

        // In units of 1 / count of a partition, so that all sums are whole; index 0 is nobody.
        var owed = new long[owners.Max() + 2];
        var sectors = new int[count];
        var partition = 0;
        for (var sector = 0; sector < count; sector++)
        {
            for (; (long)partition * count < (long)(sector + 1) * owners.Count; partition++)
            {
                owed[Math.Max(RingCell.Nobody, owners[partition]) + 1] += count;
            }

            var most = Array.IndexOf(owed, owed.Max());
            owed[most] -= owners.Count;
            sectors[sector] = most - 1;
        }

        return sectors;
    }
}
