namespace Orleans.Cache;

/// <summary>One silo of a grid.</summary>
public sealed record GridSilo
{
    /// <summary>The silo's stable name, by which it has its place on the ring.</summary>
    public required string Name { get; init; }

    /// <summary>The Orleans address of the running silo.</summary>
    public required string Address { get; init; }

    /// <summary>Where clients reach it: host and port.</summary>
    public required string Gateway { get; init; }

    /// <summary>Its share of the partitions relative to the other silos; above 0.</summary>
    public required double Weight { get; init; }

    /// <summary>The failure domain it stands in; empty where none was configured.</summary>
    public required string Zone { get; init; }

    /// <summary>How many partitions it owns.</summary>
    public required int Partitions { get; init; }
}
