using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>Tests that share a silo.</summary>
[CollectionDefinition(nameof(OneSilo))]
public sealed class OneSilo : ICollectionFixture<SingleSiloGrid>;

/// <summary>Tests that share three silos.</summary>
[CollectionDefinition(nameof(ThreeSilos))]
public sealed class ThreeSilos : ICollectionFixture<ThreeSiloGrid>;
