namespace Orleans.Cache;

/// <summary>The silos of a grid and which partitions they own. An immutable snapshot.</summary>
public sealed record GridTopology
{
    /// <summary>The snapshot's version; a later one has a higher version.</summary>
    public required long Version { get; init; }

    /// <summary>The number of partitions, a power of two.</summary>
    public required int PartitionCount { get; init; }

    /// <summary>The grid's silos, in the order of their names.</summary>
    public required IReadOnlyList<GridSilo> Silos { get; init; }

    /// <summary>For every partition the index of its owner in <see cref="Silos"/>, or -1 where it has none.</summary>
    public required IReadOnlyList<int> Owners { get; init; }

    /// <summary>For every partition its epoch.</summary>
    public required IReadOnlyList<long> Epochs { get; init; }

    /// <summary>
    /// How many partitions have fewer copies in sync than the grid's silos could hold of those wanted (<c>Cache:Replicas</c> and one). Until it is 0
    /// another loss may cost data.
    /// </summary>
    public int PartitionsLackingCopies { get; init; }

    /// <summary>The names of the grid's caches.</summary>
    public required IReadOnlyList<string> Caches { get; init; }
}
