using Orleans.Cache.TestKit;

[assembly: AssemblyFixture(typeof(ExclusiveRun))]
