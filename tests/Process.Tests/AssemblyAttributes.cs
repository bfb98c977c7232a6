using Orleans.Cache.TestKit;

// Most of their time these tests wait for processes. Two at a time leave processors enough that no silo is taken for dead; more would not.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: AssemblyFixture(typeof(ExclusiveRun))]
