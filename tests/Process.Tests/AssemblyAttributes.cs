// The silos of two collections side by side would take each other's processors, and be taken for dead.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
