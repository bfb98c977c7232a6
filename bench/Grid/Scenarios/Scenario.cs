namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>The grid under a load, and what it is compared with.</summary>
/// <param name="Name">For <c>--scenario</c>.</param>
/// <param name="Title">For people.</param>
/// <param name="Grid">The grid's part.</param>
/// <param name="Rivals">What it is compared with, each in every turn.</param>
internal sealed record Scenario(string Name, string Title, Contestant Grid, IReadOnlyList<Contestant> Rivals);
