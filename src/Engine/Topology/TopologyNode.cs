namespace Orleans.Cache.Engine.Topology;

/// <summary>A silo in the <see cref="TopologyDocument"/>: the newest run of its name, and what that run brought. Immutable.</summary>
internal sealed record TopologyNode
{
    /// <summary>The stable name, by which it has its place on the ring.</summary>
    public required string Name { get; init; }

    /// <summary>Stands for the name in copies' ids. Given once, never used for another name.</summary>
    public int Number { get; init; }

    /// <summary>Counts the runs of the name, from 1.</summary>
    public long Run { get; init; }

    public TopologyNodeState State { get; init; } = TopologyNodeState.Joined;

    /// <summary>The Orleans address of this run.</summary>
    public required string Address { get; init; }

    /// <summary>The Orleans address of its gateway; empty where it has none.</summary>
    public required string Gateway { get; init; }

    /// <summary>The grain type of its door.</summary>
    public required string NodeType { get; init; }

    public required double Weight { get; init; }

    /// <summary>The failure domain it stands in; empty where none was configured.</summary>
    public required string Zone { get; init; }

    /// <summary>The names of its caches. Not changed after construction.</summary>
    public required string[] Caches { get; init; }

    /// <summary>The sizes it accepts.</summary>
    public required CacheLimits Limits { get; init; }

    /// <summary>How many copies it keeps of a partition beside the owner's.</summary>
    public required int Replicas { get; init; }

    /// <summary>The lease that its copies reckon with.</summary>
    public required TimeSpan LeaseDuration { get; init; }

    /// <summary>See <c>Cache:Replication:Tenure</c>.</summary>
    public required TimeSpan Tenure { get; init; }

    /// <summary>The version of the membership that shows this run; only a later one can tell by its absence that it is dead.</summary>
    public required long SeenAt { get; init; }

    /// <summary>Whether the run may hold copies, and be told about the topology.</summary>
    public bool IsLive => State is TopologyNodeState.Joined or TopologyNodeState.Leaving;
}
