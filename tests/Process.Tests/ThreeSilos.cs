using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>Tests that share three silos. Each of them finds all three running.</summary>
[CollectionDefinition(nameof(ThreeSilos))]
public sealed class ThreeSilos : ICollectionFixture<ThreeSiloGrid>;
