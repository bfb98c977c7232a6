namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>The grid under a load, and what it is compared with; all take turns.</summary>
/// <param name="Name">For <c>--scenario</c>.</param>
/// <param name="Title">For people.</param>
/// <param name="Grid">The grid's part.</param>
/// <param name="Rivals">What it is compared with.</param>
internal sealed record Scenario(string Name, string Title, Contestant Grid, IReadOnlyList<Contestant> Rivals)
{
    /// <summary>The same messages without a cache: what of the grid's time is not its own.</summary>
    public IReadOnlyList<Contestant> Floor { get; init; } = [];

    /// <summary>How many managed bytes beyond the value the client, and the silo, are meant to allocate for an operation at most.</summary>
    public double? AllocatedBytesReach { get; init; }

    public IEnumerable<Contestant> Contestants => [Grid, .. Rivals, .. Floor];
}
