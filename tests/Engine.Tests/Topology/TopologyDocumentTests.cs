using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

/// <summary>What comes of partitions when silos leave in order.</summary>
public sealed class TopologyDocumentTests
{
    [Fact]
    public void Partitions_WhoseCopiesHaveAllLeft_HaveNone()
    {
        var document = Grid([Copy(1), Copy(2)], [Copy(2)]);

        var one = document.WithLeft(AddressOf("silo-0"));
        Assert.Equal([2, 1], one.Configurations.Select(static configuration => configuration.InSync.Length));
        var none = one.WithLeft(AddressOf("silo-1"));

        Assert.All(none.Configurations, static configuration => Assert.True(configuration is { Owner.IsNone: true, InSync: [], Version: 6, Epoch: 3, Losses: 0 }));
        Assert.All(none.Nodes, static node => Assert.Equal(TopologyNodeState.Left, node.State));
        Assert.Equal(document.MapVersion + 2, none.MapVersion);
        Assert.Same(none, none.WithLeft(AddressOf("silo-1")));
    }

    [Fact]
    public void Partitions_WithACopyOnASiloThatDied_KeepIt()
    {
        var document = Grid([Copy(1), Copy(2)], [Copy(2)]).WithStates(static node => node.Name == "silo-0" ? TopologyNodeState.Dead : node.State);

        var left = document.WithLeft(AddressOf("silo-0")).WithLeft(AddressOf("silo-1"));

        Assert.Equal([2, 0], left.Configurations.Select(static configuration => configuration.InSync.Length));
        Assert.Equal(TopologyNodeState.Dead, left.Nodes[0].State);
    }

    [Fact]
    public void Copies_OfAnEarlierRun_DoNotLeaveWithALaterOne()
    {
        var document = Grid([Copy(1), Copy(2)], [Copy(1)]).WithJoined(Node("silo-0") with { Address = "again" });

        var left = document.WithLeft("again").WithLeft(AddressOf("silo-1"));

        Assert.All(left.Configurations, static configuration => Assert.Equal(Copy(1), configuration.Owner));
    }

    [Fact]
    public void OtherPartitions_OfAGridThatLeft_AreNobodys_AndOfOneThatDied_AreGivenUpLater()
    {
        var grid = Grid([Copy(1), Copy(2)], [Copy(2)]);

        var left = grid.WithLeft(AddressOf("silo-0")).WithLeft(AddressOf("silo-1")).WithPartitions(4);
        var died = grid.WithLeft(AddressOf("silo-0")).WithStates(static node => node.IsLive ? TopologyNodeState.Dead : node.State).WithPartitions(4);

        Assert.All(left.Configurations, static configuration => Assert.Empty(configuration.InSync));
        Assert.All(died.Configurations, static configuration => Assert.Equal([configuration.Owner], configuration.InSync));
        Assert.Equal([4, 4], new[] { left.PartitionCount, died.PartitionCount });
    }

    /// <summary>Two silos, and as many partitions as copies in sync are given.</summary>
    private static TopologyDocument Grid(params CopyId[][] inSync) => TopologyDocument.Begin(inSync.Length, firstVersion: 1000)
        .WithJoined(Node("silo-0"))
        .WithJoined(Node("silo-1"))
        .WithConfigurations(inSync.Select(static (copies, partition) =>
            (partition, new Configuration { Version = 5, Epoch = 3, Owner = copies[0], InSync = copies, Losses = 0, StartsEmpty = false })));

    private static CopyId Copy(int number) => new(number, (1L << TopologyDocument.RunShift) + 1);

    private static string AddressOf(string name) => $"address of {name}";

    private static TopologyNode Node(string name) => TopologySamples.Node(name) with { Address = AddressOf(name) };
}
