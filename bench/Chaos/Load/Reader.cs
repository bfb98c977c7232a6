namespace Orleans.Cache.Chaos.Load;

/// <summary>One who reads: a client of its own.</summary>
/// <param name="Name">For people.</param>
/// <param name="Store">What it reads.</param>
/// <param name="Silo">The silo whose gateway all its calls go through, or <see langword="null"/> where it goes to each silo itself.</param>
internal sealed record Reader(string Name, IStore Store, string? Silo = null);
