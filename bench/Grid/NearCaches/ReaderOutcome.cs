namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>What the readers of a process saw.</summary>
/// <param name="Reads">How many reads were answered.</param>
/// <param name="Near">How many of them at once, from a near copy.</param>
/// <param name="Old">How many were older than what had been acknowledged before they began.</param>
/// <param name="Failed">How many ended in an error.</param>
internal sealed record ReaderOutcome(long Reads, long Near, long Old, long Failed)
{
    public static ReaderOutcome operator +(ReaderOutcome left, ReaderOutcome right) =>
        new(left.Reads + right.Reads, left.Near + right.Near, left.Old + right.Old, left.Failed + right.Failed);
}
