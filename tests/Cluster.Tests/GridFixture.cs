using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Grains.Partitions;
using Orleans.Cache.Grains.Topology;
using Orleans.Cache.TestKit;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>A grid of silos in this process and a client outside of them, over Orleans' testing host.</summary>
internal sealed class GridFixture : IAsyncDisposable
{
    public const int PartitionCount = 64;

    /// <summary>Of calls, from outside and in silos: only a limit for a test that has failed anyway.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest there may be: silos of one process share two processors with the tests, and where they stand still for seconds no replica is
    /// dropped, no partition changes its owner, and copies that hear nothing go on answering. See <see cref="WaitUntilBegunAsync"/> for what it costs.
    /// </summary>
    private static readonly TimeSpan LongLease = TimeSpan.FromSeconds(10);

    /// <summary>Of grids that lose silos, where others must take over soon.</summary>
    private static readonly TimeSpan ShortLease = TimeSpan.FromMilliseconds(500);

    private readonly LeapingTime _time = new();
    private readonly ConcurrentQueue<(string Silo, string Method)> _calls = new();

    private readonly bool _seesBatches;
    private Func<BatchRequest, Task>? _onBatch;

    private GridFixture(bool seesBatches) => _seesBatches = seesBatches;

    public InProcessTestCluster Cluster { get; private set; } = null!;

    /// <summary>The clock of the client outside.</summary>
    public LeapingTime ClientTime { get; } = new();

    /// <summary>Called with every batch that a silo receives, which waits for it.</summary>
    public Func<BatchRequest, Task>? OnBatch
    {
        get => _onBatch;
        set => _onBatch = _seesBatches ? value : throw NotSeen();
    }

    /// <summary>The grid as the client outside of it sees it.</summary>
    public ICacheGrid Grid => Cluster.Client.ServiceProvider.GetRequiredService<ICacheGrid>();

    /// <summary>The calls to silos' doors that silos received: the silo's name and the method.</summary>
    public IEnumerable<(string Silo, string Method)> Calls => _seesBatches ? _calls : throw NotSeen();

    /// <summary>Starts a grid.</summary>
    /// <param name="silos">How many silos it begins with.</param>
    /// <param name="configure">Changes the options of the silo of a name.</param>
    /// <param name="configureClient">Changes those of the client outside.</param>
    /// <param name="configureSilo">Adds to each silo.</param>
    /// <param name="waitUntilSettled">Whether to wait until every partition is where it should be.</param>
    /// <param name="losesSilos">
    /// Whether silos are killed or stopped, and others take over soon: then on a busy machine they may do so by mistake as well, and what is
    /// asserted must hold there too.
    /// </param>
    /// <param name="seesBatches">Whether the test looks at batches, or holds them up: then they go through Orleans, and not over data connections.</param>
    public static async Task<GridFixture> StartAsync(
        short silos,
        Action<string, CacheGridOptions>? configure = null,
        Action<CacheGridClientOptions>? configureClient = null,
        Action<ISiloBuilder>? configureSilo = null,
        bool waitUntilSettled = true,
        bool losesSilos = false,
        bool seesBatches = false)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        var fixture = new GridFixture(seesBatches);
        builder.ConfigureSilo((options, silo) =>
        {
            silo.AddCacheGrid(grid =>
            {
                grid.PartitionCount = PartitionCount;
                grid.Replication.LeaseDuration = losesSilos ? ShortLease : LongLease;
                grid.DataConnections.MaxConnections = seesBatches ? 0 : grid.DataConnections.MaxConnections;
                configure?.Invoke(options.SiloName, grid);
            });
            silo.Services.AddSingleton<TimeProvider>(fixture._time);
            silo.Services.AddSingleton(SettingsWithQuickBeats);
            silo.Services.Configure<CacheGridClientOptions>(static client => client.OperationTimeout = CallTimeout);
            configureSilo?.Invoke(silo);
            silo.AddIncomingGrainCallFilter(async context =>
            {
                if (context.InterfaceMethod.DeclaringType == typeof(ICacheNode))
                {
                    fixture._calls.Enqueue((options.SiloName, context.InterfaceMethod.Name));
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
        builder.ConfigureClient(client =>
        {
            client.AddCacheGrid(options =>
            {
                options.OperationTimeout = CallTimeout;
                configureClient?.Invoke(options);
            });
            client.Services.AddSingleton<TimeProvider>(fixture.ClientTime);
        });
        fixture.Cluster = builder.Build();
        await fixture.Cluster.DeployAsync();
        await fixture.WaitForSilosAsync(silos);
        if (waitUntilSettled)
        {
            await (losesSilos ? fixture.WaitUntilSettledAsync() : fixture.WaitUntilBegunAsync());
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
    public Task WaitUntilSettledAsync() => Poll.UntilAsync(IsSettledAsync);

    /// <summary>
    /// Waits until a new grid with long leases is settled. A partition that nobody owned yet is given to nobody until a lease is over: meanwhile
    /// the silos' clock goes faster, by little enough at a time that none of them takes itself for one that has slept.
    /// </summary>
    private Task WaitUntilBegunAsync() => Poll.UntilAsync(() =>
    {
        _time.Leap(LongLease / 100);
        return IsSettledAsync();
    });

    private async Task<bool> IsSettledAsync() => Cluster.GetActiveSilos().All(IsSettled) && await IsClientUpToDateAsync();

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

    /// <summary>What follows from the lease, but that owners speak and ask again as often as with a short one, so that grids settle as soon.</summary>
    private static ReplicationSettings SettingsWithQuickBeats(IServiceProvider services)
    {
        var time = services.GetRequiredService<TimeProvider>();
        var settings = services.GetRequiredService<NodeSettings>().ToReplicationSettings(time);
        var often = Math.Min(settings.BeatTicks, time.TimestampFrequency / 10);
        return settings with { BeatTicks = often, ResendTicks = often };
    }

    private bool IsSettled(InProcessSiloHandle silo)
    {
        var follower = silo.ServiceProvider.GetRequiredService<MapFollower>();
        var snapshot = TopologyOf(silo).Current;
        var wantedHere = Enumerable.Range(0, snapshot.Map.PartitionCount).Count(follower.ShouldOwn);
        var ownedHere = snapshot.Message!.Owners.Count(owner => owner >= 0 && snapshot.Message.Nodes[owner].Address.Equals(silo.SiloAddress));
        return wantedHere == ownedHere && !follower.Missing().Any() && follower.MovesInProgress + follower.MovesWaiting == 0;
    }

    private static InvalidOperationException NotSeen() => new("Start the grid with seesBatches.");

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private static async Task WaitForSilosAsync(TopologySource topology, int silos)
    {
        using var deadline = new CancellationTokenSource(Poll.Patience);
        var snapshot = topology.Current;
        while (snapshot.Nodes.Count != silos)
        {
            snapshot = await topology.WaitForAsync(snapshot.Version + 1, deadline.Token);
        }
    }
}
