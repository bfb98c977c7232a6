namespace Orleans.Cache.GridBench.HotKeys;

/// <summary>What a process of callers is told.</summary>
/// <param name="Gateways">The gateways to connect to; <see langword="null"/> once it is connected.</param>
/// <param name="Cache">The cache that all read from.</param>
/// <param name="Callers">How many read at once, each one key after the other.</param>
/// <param name="WarmUp">How long they read before it counts.</param>
/// <param name="Duration">How long it counts.</param>
/// <param name="Seed">What the order of the keys comes from.</param>
internal sealed record HotOrder(int[]? Gateways, string Cache, int Callers, TimeSpan WarmUp, TimeSpan Duration, int Seed);
