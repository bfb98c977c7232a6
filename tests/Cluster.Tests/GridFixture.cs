using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Grains.Partitions;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>A grid of silos in this process and a client outside of them, over Orleans' testing host.</summary>
internal sealed class GridFixture : IAsyncDisposable
{
    public const int PartitionCount = 64;

    // Only a limit for a test that has failed anyway.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<(string Silo, string Method)> _calls = new();

    private GridFixture(InProcessTestCluster cluster) => Cluster = cluster;

    public InProcessTestCluster Cluster { get; }

    /// <summary>Called with every batch that a silo receives, which waits for it.</summary>
    public Func<BatchRequest, Task>? OnBatch { get; set; }

    /// <summary>The grid as the client outside of it sees it.</summary>
    public ICacheGrid Grid => Cluster.Client.ServiceProvider.GetRequiredService<ICacheGrid>();

    /// <summary>The calls to silos' doors that silos received: the silo's name and the method.</summary>
    public IEnumerable<(string Silo, string Method)> Calls => _calls;

    public static async Task<GridFixture> StartAsync(
        short silos,
        Action<string, CacheGridOptions>? configure = null,
        Action<CacheGridClientOptions>? configureClient = null,
        Action<ISiloBuilder>? configureSilo = null,
        bool waitUntilSettled = true)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        GridFixture? fixture = null;
        builder.ConfigureSilo((options, silo) =>
        {
            silo.AddCacheGrid(grid =>
            {
                grid.PartitionCount = PartitionCount;

                // Longer than usual: silos of one process share two processors with the tests.
                grid.Replication.LeaseDuration = TimeSpan.FromMilliseconds(500);
                configure?.Invoke(options.SiloName, grid);
            });
            configureSilo?.Invoke(silo);
            silo.AddIncomingGrainCallFilter(async context =>
            {
                if (context.InterfaceMethod.DeclaringType == typeof(ICacheNode))
                {
                    fixture!._calls.Enqueue((options.SiloName, context.InterfaceMethod.Name));
                    if (context.Request.GetArgumentCount() > 0 && context.Request.GetArgument(0) is BatchRequest batch && fixture.OnBatch is { } onBatch)
                    {
                        await onBatch(batch);
                    }
                }

                await context.Invoke();
            });
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                // Long enough that a silo on a busy machine is not taken for dead, which would end this process.
                membership.ProbeTimeout = TimeSpan.FromSeconds(1.5);
                membership.NumMissedProbesLimit = 3;
            });
        });
        builder.ConfigureClient(client => client.AddCacheGrid(options =>
        {
            options.OperationTimeout = TimeSpan.FromSeconds(30);
            configureClient?.Invoke(options);
        }));
        fixture = new GridFixture(builder.Build());
        await fixture.Cluster.DeployAsync();
        await fixture.WaitForSilosAsync(silos);
        if (waitUntilSettled)
        {
            await fixture.WaitUntilSettledAsync();
        }

        return fixture;
    }

    private TopologySource ClientTopology => Cluster.Client.ServiceProvider.GetRequiredService<TopologySource>();

    public TopologySource TopologyOf(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<TopologySource>();

    public ICacheGrid GridOf(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<ICacheGrid>();

    public void ForgetCalls() => _calls.Clear();

    /// <summary>Waits until every running silo and the client route by a map of exactly so many silos.</summary>
    public async Task WaitForSilosAsync(int silos)
    {
        foreach (var topology in Cluster.GetActiveSilos().Select(TopologyOf))
        {
            await WaitForSilosAsync(topology, silos);
        }

        await AskForTopologyAsync();
        await WaitForSilosAsync(ClientTopology, silos);
    }

    /// <summary>Waits until every partition is where it should be, with all of its copies in sync, and the client knows.</summary>
    public async Task WaitUntilSettledAsync()
    {
        var waited = TimeProvider.System.GetTimestamp();
        while (!Cluster.GetActiveSilos().All(IsSettled) || !await IsClientUpToDateAsync())
        {
            if (TimeProvider.System.GetElapsedTime(waited) > Patience)
            {
                throw new TimeoutException("The partitions did not come to where they should be.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    private async Task<bool> IsClientUpToDateAsync()
    {
        var version = Cluster.GetActiveSilos().Max(silo => TopologyOf(silo).Current.Version);
        if (ClientTopology.Current.Version < version)
        {
            await AskForTopologyAsync();
        }

        return ClientTopology.Current.Version >= version;
    }

    /// <summary>The client outside asks for news only now and then; tests need not wait for that.</summary>
    private async Task AskForTopologyAsync() => await ClientTopology.RefreshAsync(ClientTopology.Current, TestContext.Current.CancellationToken);

    private bool IsSettled(InProcessSiloHandle silo)
    {
        var follower = silo.ServiceProvider.GetRequiredService<MapFollower>();
        var snapshot = TopologyOf(silo).Current;
        var wantedHere = Enumerable.Range(0, snapshot.Map.PartitionCount).Count(follower.ShouldOwn);
        var ownedHere = snapshot.Message!.Owners.Count(owner => owner >= 0 && snapshot.Message.Nodes[owner].Address.Equals(silo.SiloAddress));
        return wantedHere == ownedHere && !follower.Missing().Any() && follower.MovesInProgress + follower.MovesWaiting == 0;
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private static async Task WaitForSilosAsync(TopologySource topology, int silos)
    {
        using var deadline = new CancellationTokenSource(Patience);
        var snapshot = topology.Current;
        while (snapshot.Nodes.Count != silos)
        {
            snapshot = await topology.WaitForAsync(snapshot.Version + 1, deadline.Token);
        }
    }
}
