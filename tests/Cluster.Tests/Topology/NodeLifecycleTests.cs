using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Cluster.Tests.Topology;

/// <summary>When a silo joins the grid, and when it leaves, in the life of Orleans' silo.</summary>
public sealed class NodeLifecycleTests
{
    [Fact]
    public async Task Stop_LeavesTheGrid_BeforeOrleansStopsItsOwnParts()
    {
        var stops = new ConcurrentQueue<(string Silo, bool IsInMap, bool IsJoined)>();
        await using var grid = await GridFixture.StartAsync(silos: 2, configureSilo: silo => silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            provider => new StopObserver(provider, stops)));
        var leaving = grid.Cluster.Silos[^1];
        var cache = grid.Grid.GetCache();
        var keys = Enumerable.Range(0, 200).Select(static index => (CacheKey)$"key-{index}").ToArray();
        foreach (var key in keys)
        {
            await cache.SetAsync(key, "v"u8.ToArray(), cancellationToken: TestContext.Current.CancellationToken);
        }

        await grid.Cluster.StopSiloAsync(leaving);

        Assert.Equal([(leaving.Name, false, false)], stops);
        foreach (var key in keys)
        {
            Assert.True((await cache.TryGetAsync(key, cancellationToken: TestContext.Current.CancellationToken)).Found);
        }
    }

    /// <summary>Is stopped when Orleans' own parts are, of which one tells clients to send nothing more to the silo's gateway.</summary>
    private sealed class StopObserver(IServiceProvider services, ConcurrentQueue<(string Silo, bool IsInMap, bool IsJoined)> stops) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle observer) =>
            observer.Subscribe(nameof(StopObserver), ServiceLifecycleStage.Active, static _ => Task.CompletedTask, OnStop);

        private async Task OnStop(CancellationToken cancellationToken)
        {
            var topology = services.GetRequiredService<NodeTopology>();
            var isJoined = topology.Joined;
            var map = await services.GetRequiredService<IGrainFactory>().GetGrain<ITopologyGrain>(0).GetAsync(knownVersion: 0);
            stops.Enqueue((topology.Settings.Name, map!.Nodes.Any(node => node.Address.Equals(topology.LocalSilo)), isJoined));
        }
    }
}
