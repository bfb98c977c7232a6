using Orleans.Cache.PostgreSql.Tests;
using Orleans.Cache.TestKit;

[assembly: AssemblyFixture(typeof(ExclusiveRun))]
[assembly: AssemblyFixture(typeof(RunningServer))]
