namespace Orleans.Cache.Engine.Topology;

/// <summary>What the wanted map is computed by. Must be the same on every silo of a grid, or they want different maps.</summary>
internal sealed record WantedMapSettings
{
    /// <summary>The settings of every grid that has no reason for others.</summary>
    public static WantedMapSettings Default { get; } = new();

    /// <summary>Virtual nodes per unit of weight. Measured: docs/decisions/0003-ring-and-bounded-load.md.</summary>
    /// <value>1 to 10,000. Default: 128.</value>
    public int VirtualNodesPerWeight { get; init; } = 128;

    /// <summary>How far a silo's number of partitions may lie from its fair share by weight, relative to that.</summary>
    /// <value>0 (exactly fair) to 1. Default: 0.05.</value>
    public double Tolerance { get; init; } = 0.05;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public void Validate()
    {
        if (VirtualNodesPerWeight is < 1 or > 10_000)
        {
            throw new ArgumentException($"The virtual nodes per unit of weight are {VirtualNodesPerWeight}. Set 1 to 10,000.");
        }

        if (!(Tolerance >= 0 && Tolerance <= 1))
        {
            throw new ArgumentException($"The tolerance of the wanted map is {Tolerance}. Set 0 to 1, such as 0.05 for 5 %.");
        }
    }
}
