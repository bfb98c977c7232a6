using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

public sealed class PartitionMapTests
{
    private static readonly RingMember[] Three = TopologyCases.Equal(3);

    [Fact]
    public void Empty_OfAnyCount_HasNoOwnersAndVersionZero()
    {
        var map = PartitionMap.Empty(8);

        Assert.Equal(0, map.Version);
        Assert.Equal(8, map.PartitionCount);
        Assert.Empty(map.Silos);
        for (var partition = 0; partition < 8; partition++)
        {
            Assert.Equal(PartitionMap.NoOwner, map.OwnerOf(partition));
            Assert.Null(map.OwnerSiloOf(partition));
            Assert.Equal(0, map.EpochOf(partition));
            Assert.True(map.ReplicasOf(partition).IsEmpty);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(-1)]
    [InlineData(32_768)]
    public void Empty_OfANumberThatNoGridHas_IsRefused(int partitions) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PartitionMap.Empty(partitions));

    [Fact]
    public void Next_FromTheEmptyMap_FollowsTheWantedMapAtEpochOne()
    {
        var wanted = TopologyCases.Compute(Three, 64, replicas: 1);

        var map = PartitionMap.Empty(64).Next(5, Three.ToSilos(), wanted);

        Assert.Equal(5, map.Version);
        for (var partition = 0; partition < 64; partition++)
        {
            Assert.Equal(wanted.OwnerOf(partition), map.OwnerOf(partition));
            Assert.Equal(wanted.OwnerName(partition), map.OwnerSiloOf(partition)!.Name);
            Assert.Equal(wanted.ReplicasOf(partition).ToArray(), map.ReplicasOf(partition).ToArray());
            Assert.Equal(1, map.EpochOf(partition));
        }
    }

    [Fact]
    public void Next_SilosInAnyOrder_IsTheSameMap()
    {
        var wanted = TopologyCases.Compute(Three, 64);

        var map = PartitionMap.Empty(64).Next(1, Three.ToSilos(), wanted);
        var turned = PartitionMap.Empty(64).Next(1, [.. Three.ToSilos().Reverse()], wanted);

        Assert.Equal(map.Silos, turned.Silos);
        Assert.Equal(map.Owners.ToArray(), turned.Owners.ToArray());
    }

    [Fact]
    public void Next_OneSiloJoins_RaisesTheEpochsOfWhatMoves()
    {
        var four = TopologyCases.Equal(4);
        var before = PartitionMap.Empty(256).Next(1, Three.ToSilos(), TopologyCases.Compute(Three, 256));

        var after = before.Next(2, four.ToSilos(), TopologyCases.Compute(four, 256));

        for (var partition = 0; partition < 256; partition++)
        {
            var moved = before.OwnerSiloOf(partition) != after.OwnerSiloOf(partition);
            Assert.Equal(moved ? 2 : 1, after.EpochOf(partition));
        }

        Assert.Contains(2L, after.Epochs.ToArray());
        Assert.Contains(1L, after.Epochs.ToArray());
    }

    [Fact]
    public void Next_SiloRestartsUnderItsName_RaisesTheEpochsOfItsPartitionsOnly()
    {
        var wanted = TopologyCases.Compute(Three, 64);
        var silos = Three.ToSilos();
        var before = PartitionMap.Empty(64).Next(1, silos, wanted);

        silos[1] = TopologyCases.Silo(silos[1].Name, run: 2);
        var after = before.Next(2, silos, wanted);

        for (var partition = 0; partition < 64; partition++)
        {
            Assert.Equal(before.OwnerOf(partition), after.OwnerOf(partition));
            Assert.Equal(before.OwnerOf(partition) == 1 ? 2 : 1, after.EpochOf(partition));
        }
    }

    [Fact]
    public void Next_SiloChangesItsGateway_KeepsItsEpochs()
    {
        var wanted = TopologyCases.Compute(Three, 64);
        var before = PartitionMap.Empty(64).Next(1, Three.ToSilos(), wanted);

        var after = before.Next(2, [.. Three.ToSilos().Select(static silo => silo with { Gateway = "elsewhere:1" })], wanted);

        Assert.Equal(before.Epochs.ToArray(), after.Epochs.ToArray());
        Assert.All(after.Silos, static silo => Assert.Equal("elsewhere:1", silo.Gateway));
    }

    [Fact]
    public void Next_AllSilosGoAndComeBack_RaisesEpochsTwice()
    {
        var wanted = TopologyCases.Compute(Three, 16);
        var before = PartitionMap.Empty(16).Next(1, Three.ToSilos(), wanted);

        var none = before.Next(2, [], TopologyCases.Compute([], 16));
        var back = none.Next(3, Three.ToSilos(), wanted);

        Assert.All(none.Epochs.ToArray(), static epoch => Assert.Equal(2, epoch));
        Assert.All(back.Epochs.ToArray(), static epoch => Assert.Equal(3, epoch));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(6)]
    [InlineData(-1)]
    public void Next_VersionNotHigher_IsRefused(long version)
    {
        var wanted = TopologyCases.Compute(Three, 16);
        var map = PartitionMap.Empty(16).Next(7, Three.ToSilos(), wanted);

        var thrown = Assert.Throws<ArgumentException>(() => map.Next(version, Three.ToSilos(), wanted));

        Assert.Contains("cannot follow version 7", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Next_PartsThatDoNotBelongTogether_AreRefused()
    {
        var wanted = TopologyCases.Compute(Three, 16);
        var map = PartitionMap.Empty(16);

        Assert.Throws<ArgumentException>(() => map.Next(1, TopologyCases.Silos("cache-0", "cache-1"), wanted));
        Assert.Throws<ArgumentException>(() => map.Next(1, TopologyCases.Silos("cache-0", "cache-1", "other"), wanted));
        Assert.Throws<ArgumentException>(() => PartitionMap.Empty(32).Next(1, Three.ToSilos(), wanted));
    }

    [Fact]
    public void PartitionsOf_EverySilo_ListsWhatItOwnsInOrder()
    {
        var map = PartitionMap.Empty(256).Next(1, Three.ToSilos(), TopologyCases.Compute(Three, 256));

        for (var silo = 0; silo < 3; silo++)
        {
            var expected = Enumerable.Range(0, 256).Where(partition => map.OwnerOf(partition) == silo).ToArray();
            Assert.Equal(expected, map.PartitionsOf(silo));
            Assert.Equal(expected.Length, map.CountOf(silo));
        }
    }

    [Fact]
    public void PartitionsOf_PartitionsWithoutOwner_AreInNobodysList()
    {
        var map = new PartitionMap(1, 4, TopologyCases.Silos("a", "b"), [1, -1, 1, -1], [1, 0, 3, 2], [], replicaSlots: 0);

        Assert.Empty(map.PartitionsOf(0));
        Assert.Equal([0, 2], map.PartitionsOf(1));
    }

    [Fact]
    public void IndexOf_Name_IsItsPlaceOrNone()
    {
        var map = new PartitionMap(1, 1, TopologyCases.Silos("B", "a", "c"), [0], [1], [], replicaSlots: 0);

        Assert.Equal([0, 1, 2, -1, -1], new[] { "B", "a", "c", "b", "" }.Select(map.IndexOf));
    }

    [Fact]
    public void ReplicasOf_FewerThanSlots_AreThoseThatAreThere()
    {
        var map = new PartitionMap(1, 4, TopologyCases.Silos("a", "b", "c"), [0, 1, 2, -1], [1, 1, 1, 0], [1, 2, 2, -1, -1, -1, -1, -1], replicaSlots: 2);

        Assert.Equal([1, 2], map.ReplicasOf(0).ToArray());
        Assert.Equal([2], map.ReplicasOf(1).ToArray());
        Assert.True(map.ReplicasOf(2).IsEmpty);
        Assert.True(map.ReplicasOf(3).IsEmpty);
    }

    [Fact]
    public void ToTopology_AnyMap_SaysTheSameToUsers()
    {
        var map = PartitionMap.Empty(64).Next(9, Three.ToSilos(), TopologyCases.Compute(Three, 64));

        var topology = map.ToTopology(["default", "sessions"]);

        Assert.Equal(9, topology.Version);
        Assert.Equal(64, topology.PartitionCount);
        Assert.Equal(["default", "sessions"], topology.Caches);
        Assert.Equal(Enumerable.Range(0, 64).Select(map.OwnerOf), topology.Owners);
        Assert.Equal(map.Epochs.ToArray(), topology.Epochs);
        Assert.Equal(
            map.Silos.Select((silo, index) => (silo.Name, silo.Address, silo.Gateway, silo.Weight, silo.Zone, map.CountOf(index))),
            topology.Silos.Select(static silo => (silo.Name, silo.Address, silo.Gateway, silo.Weight, silo.Zone, silo.Partitions)));
    }
}
