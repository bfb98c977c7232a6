namespace Orleans.Cache.Client.Near;

/// <summary>What a read knew before it left for the grid, so that its answer is kept only if nothing happened to the entry meanwhile.</summary>
/// <param name="Hash">The key's hash.</param>
/// <param name="Partition">The key's partition.</param>
/// <param name="Stamp">The partition's stamp; 0 where nothing may be kept.</param>
/// <param name="Events">How many invalidations had been seen.</param>
/// <param name="Clears">How often all copies of the cache had been removed by then.</param>
/// <param name="TagRemovals">How often those with tags had.</param>
/// <param name="SentAt">When, in milliseconds of the <see cref="NearClock"/>.</param>
internal readonly record struct NearFill(ulong Hash, int Partition, long Stamp, long Events, int Clears, int TagRemovals, long SentAt)
{
    /// <summary>Whether the answer may be kept at all.</summary>
    public bool IsWanted => Stamp != 0;
}
