using Orleans.Cache.TestKit;

// The silos of two collections, or of two projects, side by side would take each other's processors, and be taken for dead.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(ExclusiveRun))]
