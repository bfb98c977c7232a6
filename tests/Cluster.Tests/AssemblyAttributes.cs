using Orleans.Cache.TestKit;

// Each test runs a cluster of its own, and mostly waits. Two at a time leave processors enough that no silo is taken for dead.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: AssemblyFixture(typeof(ExclusiveRun))]
