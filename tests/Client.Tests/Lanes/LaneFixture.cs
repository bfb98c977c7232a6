using System.Diagnostics.Metrics;
using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Cache.Client.Caching;
using Orleans.Cache.Client.Connections;
using Orleans.Cache.Client.Events;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Client.Loading;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Client.Telemetry;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Client.Tests.Lanes;

/// <summary>A client whose one silo, or two of which the second has a replica, is a <see cref="FakeDoor"/> and whose clock the test moves.</summary>
internal sealed class LaneFixture : ITopologySource, IDisposable
{
    private readonly LaneSet _lanes;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private readonly bool _hasReplica;
    private readonly NearCacheMessage[]? _near;

    public LaneFixture(Action<CacheGridClientOptions>? configure = null, bool hasReplica = false, NearCacheMessage? nearCache = null)
    {
        _hasReplica = hasReplica;
        _near = nearCache is { } kept ? [kept] : null;
        var options = new CacheGridClientOptions();
        options.UseDataConnections = false;
        configure?.Invoke(options);
        var metrics = new LaneMetrics(_services.GetRequiredService<IMeterFactory>());
        _lanes = new LaneSet(Time, Options.Create(options), metrics);
        var grains = DispatchProxy.Create<IGrainFactory, Grains>();
        ((Grains)(object)grains).Fixture = this;
        References = new NodeReferences(grains, Gateways, new DataLinks(Time, Options.Create(options), NullLogger<DataLink>.Instance), _lanes);
        Gateways.Offer([Gateway.Endpoint, ReplicaGateway.Endpoint]);
        Gateways.Offer([Gateway.Endpoint, ReplicaGateway.Endpoint]);
        Current = new GridSnapshot(MakeTopology(version: 1), References);
        var errors = new CallErrors(_lanes, Options.Create(options), NullLogger<CallErrors>.Instance);
        var router = new OperationRouter(new Owners(this, Time, Options.Create(options)), _lanes, errors, Time, Options.Create(options));
        var cache = new NamedCache("default", 0, this);
        var near = new NearCaches(this, Options.Create(options), Time, metrics, NullLogger<NearCaches>.Instance, () => router);
        Near = near.Of(cache);
        var serializer = new JsonCacheSerializer([]);
        var loaders = new CacheLoaders(router, near, serializer, Options.Create(options), Time, new LoadMetrics(metrics), NullLogger<CacheLoader>.Instance);
        Cache = new CacheClient(cache, router, new Sessions(router, this), this, serializer, near.Of(cache), loaders.Of(cache), new CacheEvents(cache, new EventStreams(this, _services, Time, NullLogger<EventStreams>.Instance)));
    }

    /// <inheritdoc/>
    public event Action<GridSnapshot, GridSnapshot>? Changed;

    public ManualTimeProvider Time { get; } = new();

    /// <summary>The silo by the shortest way.</summary>
    public FakeDoor Door { get; } = new();

    /// <summary>The silo that has a replica.</summary>
    public FakeDoor Replica { get; } = new();

    /// <summary>The silo by the longer way.</summary>
    public FakeDoor Relayed { get; } = new();

    /// <summary>Whether the next map says that the replica has taken over.</summary>
    public bool HasTakenOver { get; set; }

    public ICache Cache { get; }

    public NearCache Near { get; }

    public GridSnapshot Current { get; private set; }

    public NodeReferences References { get; }

    public LaneSet Lanes => _lanes;

    public LiveGateways Gateways { get; } = new();

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    private static SiloAddress Silo { get; } = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11111), 7);

    /// <summary>Of the silo that has <see cref="Door"/>.</summary>
    public static SiloAddress Gateway { get; } = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 30000), 7);

    private static SiloAddress ReplicaSilo { get; } = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11112), 7);

    private static SiloAddress ReplicaGateway { get; } = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 30001), 7);

    /// <summary>Starts reading a key.</summary>
    public async Task<string?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        var entry = await Cache.TryGetAsync(key, cancellationToken).ConfigureAwait(false);
        return entry.Found ? Encoding.UTF8.GetString(entry.Value.Span) : null;
    }

    public ValueTask<GridSnapshot> ConnectAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Current);

    /// <summary>Every look finds a map that is newer by one.</summary>
    public ValueTask<GridSnapshot> RefreshAsync(GridSnapshot than, CancellationToken cancellationToken)
    {
        lock (References)
        {
            var before = Current;
            Current = new GridSnapshot(MakeTopology(Current.Version + 1), References);
            Changed?.Invoke(before, Current);
            return ValueTask.FromResult(Current);
        }
    }

    public void Dispose()
    {
        _lanes.Dispose();
        _services.Dispose();
    }

    private TopologyMessage MakeTopology(long version)
    {
        var limits = LimitsMessage.From(new CacheLimits());
        var node = new NodeDescriptor
        {
            Name = "silo-0",
            Address = Silo,
            Gateway = Gateway,
            NodeType = "sys.svc.user.1",
            Weight = 1,
            Zone = string.Empty,
            PartitionCount = 1,
            Caches = ["default"],
            Limits = limits,
        };
        var replica = node with { Name = "silo-1", Address = ReplicaSilo, Gateway = ReplicaGateway };
        return _hasReplica
            ? new TopologyMessage(version, [node, replica], [(short)(HasTakenOver ? 1 : 0)], [HasTakenOver ? 2 : 1], ["default"], limits, [(short)(HasTakenOver ? 0 : 1)])
            : new TopologyMessage(version, [node], [0], [1], ["default"], limits, NearCaches: _near);
    }

#pragma warning disable CA1852 // A proxy derives from it.
    /// <summary>Knows the silo's door by the address that a reference is made of.</summary>
    public class Grains : DispatchProxy
    {
        public object? Fixture { get; set; }

#pragma warning restore CA1852
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var fixture = (LaneFixture)Fixture!;
            var address = ((GrainId)args![0]!).Key.ToString()!;
            return address.Contains("30001", StringComparison.Ordinal) ? fixture.Replica
                : address.Contains("30000", StringComparison.Ordinal) ? fixture.Door
                : fixture.Relayed;
        }
    }
}
