using Orleans.Cache.Contracts.Topology;

namespace Orleans.Cache.Contracts.Nodes;

/// <summary>What a silo brings when it joins the grid. Append-only, guarded by the wire contract test.</summary>
[GenerateSerializer, Immutable, Alias("orleans.cache.node-descriptor")]
public sealed record NodeDescriptor
{
    /// <summary>The silo's stable name, by which it has its place on the ring.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>The running silo.</summary>
    [Id(1)]
    public required SiloAddress Address { get; init; }

    /// <summary>The silo's gateway, or <see langword="null"/> where it has none.</summary>
    [Id(2)]
    public required SiloAddress? Gateway { get; init; }

    /// <summary>The grain type of the silo's <see cref="ICacheNode"/>, from which callers make its id.</summary>
    [Id(3)]
    public required string NodeType { get; init; }

    /// <summary>Its share of the partitions relative to the other silos.</summary>
    [Id(4)]
    public required double Weight { get; init; }

    /// <summary>The failure domain it stands in; empty where none was configured.</summary>
    [Id(5)]
    public required string Zone { get; init; }

    /// <summary>The number of partitions; the same on every silo.</summary>
    [Id(6)]
    public required int PartitionCount { get; init; }

    /// <summary>The names of its caches. The grid has those that every silo has.</summary>
    [Id(7)]
    public required string[] Caches { get; init; }

    /// <summary>The sizes it accepts. The grid accepts what every silo accepts.</summary>
    [Id(8)]
    public required LimitsMessage Limits { get; init; }

    /// <summary>The number that the grid has given to the silo's name; the same in all its runs. 0 until it has joined.</summary>
    [Id(9)]
    public int Number { get; init; }

    /// <summary>Which run of the silo this is: higher in each. 0 until it has joined.</summary>
    [Id(10)]
    public long Run { get; init; }

    /// <summary>Whether the silo gives its partitions away, to stop when it has none.</summary>
    [Id(11)]
    public bool IsLeaving { get; init; }

    /// <summary>How many copies it keeps of a partition beside the owner's; the same on every silo.</summary>
    [Id(12)]
    public int Replicas { get; init; }

    /// <summary>The lease that its copies reckon with; the same on every silo.</summary>
    [Id(13)]
    public TimeSpan LeaseDuration { get; init; }

    /// <summary>The tenure that its copies and its authority reckon with; the same on every silo.</summary>
    [Id(16)]
    public TimeSpan Tenure { get; init; }
}
