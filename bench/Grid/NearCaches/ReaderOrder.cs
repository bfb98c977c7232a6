namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>What a process of readers is told.</summary>
/// <param name="Gateways">The gateways to connect to.</param>
/// <param name="Cache">The cache that is read.</param>
/// <param name="Keys">How many keys it has.</param>
/// <param name="File">Where <see cref="Acknowledged"/> lies.</param>
/// <param name="Duration">How long to read.</param>
internal sealed record ReaderOrder(int[] Gateways, string Cache, int Keys, string File, TimeSpan Duration);
