using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>Tests that share a silo.</summary>
[CollectionDefinition(nameof(OneSilo))]
public sealed class OneSilo : ICollectionFixture<SingleSiloGrid>;
