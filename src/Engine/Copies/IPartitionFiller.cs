namespace Orleans.Cache.Engine.Copies;

/// <summary>Fills partitions that begin empty, from what was kept elsewhere.</summary>
internal interface IPartitionFiller
{
    /// <summary>
    /// A copy of this silo became owner of a partition that begins empty. It serves nothing until <see cref="PartitionCopies.TryFill"/> was
    /// called for the last time. Called under the copy's lock: it takes note and returns.
    /// </summary>
    void Begin(int partition, long epoch);
}
