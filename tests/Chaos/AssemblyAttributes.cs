using Orleans.Cache.TestKit;

[assembly: AssemblyFixture(typeof(ExclusiveRun))]

// Grids of processes beside each other would take each other's processors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
