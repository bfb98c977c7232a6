namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>One silo of <see cref="RingDocument"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its Orleans address.</param>
/// <param name="Gateway">Where clients reach it.</param>
/// <param name="Weight">Its weight on the ring.</param>
/// <param name="Zone">Its zone; empty where none was configured.</param>
/// <param name="Partitions">How many partitions it owns.</param>
/// <param name="Share">Its part of all partitions, 0 to 1.</param>
/// <param name="Entries">Entries it holds, over all caches; null where it did not answer.</param>
/// <param name="Bytes">Bytes it holds, over all caches; null where it did not answer.</param>
/// <param name="MemoryBudgetBytes">Bytes it may hold; null where it did not answer.</param>
internal sealed record RingSiloDocument(
    string Name,
    string Address,
    string Gateway,
    double Weight,
    string Zone,
    int Partitions,
    double Share,
    long? Entries,
    long? Bytes,
    long? MemoryBudgetBytes)
{
    /// <summary>Makes the document of a silo.</summary>
    public static RingSiloDocument Of(GridSilo silo, int partitionCount, SiloStatistics? statistics) => new(
        silo.Name,
        silo.Address,
        silo.Gateway,
        silo.Weight,
        silo.Zone,
        silo.Partitions,
        (double)silo.Partitions / partitionCount,
        statistics?.Caches.Sum(cache => cache.Entries),
        statistics?.Caches.Sum(cache => cache.Bytes),
        statistics?.MemoryBudgetBytes);
}
