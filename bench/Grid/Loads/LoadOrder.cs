namespace Orleans.Cache.GridBench.Loads;

/// <summary>What a process of callers is told.</summary>
/// <param name="Gateways">The gateways to connect to; <see langword="null"/> once it is connected.</param>
/// <param name="Key">The key that all ask for.</param>
/// <param name="Callers">How many ask at once.</param>
/// <param name="LoadMilliseconds">How long the source takes.</param>
/// <param name="ClusterId">The cluster to connect to; <see langword="null"/>: the usual.</param>
internal sealed record LoadOrder(int[]? Gateways, string Key, int Callers, int LoadMilliseconds, string? ClusterId = null);
