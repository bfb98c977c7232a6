using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Cluster.Tests.Topology;

/// <summary>What a silo that leaves still holds by a map.</summary>
public sealed class NodeDrainTests(NodeDrainTests.OneSiloGrid grid) : IClassFixture<NodeDrainTests.OneSiloGrid>
{
    private static readonly LimitsMessage Limits = LimitsMessage.From(new CacheLimits());

    [Fact]
    public void CountHeld_CountsWhatItOwns_AndItsReplicas()
    {
        var snapshot = Map(leaving: [0], owners: [0, 1, 1, -1], replicas: [1, 0, -1, 0]);

        Assert.Equal((3, 3, 0), (NodeDrain.CountHeld(snapshot, Silo(0)), NodeDrain.CountHeld(snapshot, Silo(1)), NodeDrain.CountHeld(snapshot, Silo(7))));
        Assert.False(NodeDrain.IsOver(snapshot, Silo(0)));
    }

    [Fact]
    public void IsOver_WhenItHoldsNothing_OrIsNotThere()
    {
        var snapshot = Map(leaving: [0], owners: [1, 1, 1, 1], replicas: [-1, -1, -1, -1]);

        Assert.True(NodeDrain.IsOver(snapshot, Silo(0)));
        Assert.True(NodeDrain.IsOver(snapshot, Silo(7)));
        Assert.False(NodeDrain.IsOver(Map(leaving: [0], owners: [1, 1, 1, 1], replicas: [0, -1, -1, -1]), Silo(0)));
    }

    [Fact]
    public void IsOver_WhenNobodyStaysWhoCouldTakeAnything()
    {
        Assert.True(NodeDrain.IsOver(Map(leaving: [0, 1], owners: [0, 0, 0, 0], replicas: [1, 1, 1, 1]), Silo(0)));
        Assert.True(NodeDrain.IsOver(GridSnapshot.None, Silo(0)));
    }

    [Fact]
    public void EndingWith_IsWhatNoSiloThatStaysHolds()
    {
        Assert.Equal([1], NodeDrain.EndingWith(Map(leaving: [0], owners: [0, 0, 1, -1], replicas: [1, -1, -1, -1]), Silo(0)));
        Assert.Equal([0, 1], NodeDrain.EndingWith(Map(leaving: [0, 1], owners: [0, 1, 1, -1], replicas: [1, 0, -1, -1]), Silo(0)));
    }

    [Fact]
    public void EndingWith_ByAMapThatDoesNotMarkTheSiloYet_IsTheSame()
    {
        Assert.Equal([0, 1], NodeDrain.EndingWith(Map(leaving: [1], owners: [0, 1, 1, -1], replicas: [1, 0, -1, -1]), Silo(0)));
        Assert.Equal([0, 1], NodeDrain.EndingWith(Map(leaving: [], owners: [0, 0, 1, 1], replicas: [-1, -1, 0, -1]), Silo(0)));
    }

    private static SiloAddress Silo(int index) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11111 + index), 1);

    private GridSnapshot Map(int[] leaving, short[] owners, short[] replicas)
    {
        var nodes = Enumerable.Range(0, 2).Select(index => new NodeDescriptor
        {
            Name = $"silo-{index}",
            Address = Silo(index),
            Gateway = null,
            NodeType = "sys.svc.user.1",
            Weight = 1,
            Zone = string.Empty,
            PartitionCount = owners.Length,
            Caches = ["default"],
            Limits = Limits,
            IsLeaving = leaving.Contains(index),
        });
        return new GridSnapshot(new TopologyMessage(1, [.. nodes], owners, [.. owners.Select(static _ => 1L)], ["default"], Limits, replicas), grid.References);
    }

    public sealed class OneSiloGrid : IAsyncLifetime
    {
        private GridFixture? _grid;

        internal NodeReferences References => _grid!.Cluster.Client.ServiceProvider.GetRequiredService<NodeReferences>();

        public async ValueTask InitializeAsync() => _grid = await GridFixture.StartAsync(silos: 1);

        public ValueTask DisposeAsync() => _grid!.DisposeAsync();
    }
}
