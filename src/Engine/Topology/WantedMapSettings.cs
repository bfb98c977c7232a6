namespace Orleans.Cache.Engine.Topology;

/// <summary>What the wanted map is computed by. Must be the same on every silo of a grid, or they want different maps.</summary>
internal sealed record WantedMapSettings
{
    /// <summary>The settings of every grid that has no reason for others.</summary>
    public static WantedMapSettings Default { get; } = new();

    /// <summary>
    /// How far a silo's number of partitions may lie above and below its fair share by weight, relative to that; where no whole number
    /// lies within, the whole numbers next to the fair share are allowed. Less is more even, and moves more when silos come and go:
    /// docs/decisions/0003-ring-and-bounded-load.md.
    /// </summary>
    /// <value>0 (as even as whole numbers can be) to 1. Default: 0.05.</value>
    public double Tolerance { get; init; } = 0.05;

    /// <summary>Checks the range.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public void Validate()
    {
        // Written so that NaN fails too.
        if (!(Tolerance >= 0 && Tolerance <= 1))
        {
            throw new ArgumentException($"The tolerance of the wanted map is {Tolerance}. Set 0 to 1, such as 0.05 for 5 %.");
        }
    }
}
