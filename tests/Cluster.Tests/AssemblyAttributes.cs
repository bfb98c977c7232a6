using Orleans.Cache.TestKit;

// Each test runs a cluster of its own: side by side they would take each other's processors, and silos be taken for dead.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(ExclusiveRun))]
