namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>ring --json</c> prints.</summary>
/// <param name="Version">The version of the partition map.</param>
/// <param name="PartitionCount">How many partitions the grid has.</param>
/// <param name="Silos">The silos.</param>
/// <param name="Owners">For every partition the index of its owner in <paramref name="Silos"/>.</param>
/// <param name="PartitionsLackingCopies">How many partitions have fewer copies in sync than they should.</param>
internal sealed record RingDocument(
    long Version, int PartitionCount, IReadOnlyList<RingSiloDocument> Silos, IReadOnlyList<int> Owners, int PartitionsLackingCopies = 0)
{
    /// <summary>Makes the document of a grid.</summary>
    public static RingDocument Of(GridTopology topology, IReadOnlyList<SiloStatistics> statistics) => new(
        topology.Version,
        topology.PartitionCount,
        [.. topology.Silos.Select(silo => RingSiloDocument.Of(
            silo, topology.PartitionCount, statistics.FirstOrDefault(counted => counted.Silo == silo.Name)))],
        topology.Owners,
        topology.PartitionsLackingCopies);
}
