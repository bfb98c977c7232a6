using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

public sealed class HashRingTests
{
    // Golden: every silo of every version must find the same places. If this fails, the change breaks running grids. The numbers were
    // computed by another implementation of the hash.
    [Theory]
    [InlineData("cache-0", 0, 0xD4DBA38166F3C5A0)]
    [InlineData("cache-0", 1, 0x9E536BE097D33904)]
    [InlineData("cache-0", 16_383, 0xEA68C3EB448A4AA6)]
    [InlineData("größe-鍵", 7, 0x08D2124375EAFF42)]
    [InlineData("a-silo-whose-name-is-longer-than-one-stripe-of-the-hash", 1023, 0xE53115A8273D7517)]
    public void Hash_NameAndSector_IsForEverTheSame(string name, int sector, ulong hash) => Assert.Equal(hash, HashRing.Hash(name, sector));

    // Golden, as above: ranks, order statistics and weights included.
    [Fact]
    public void PreferenceList_ReferenceGrid_IsForEverTheSame()
    {
        var ring = new HashRing(TopologyCases.Weighted("cache", 1, 1, 2, 4, 0.5), 16);

        var lists = Enumerable.Range(0, 16).Select(partition => string.Concat(ring.PreferenceList(partition)));

        Assert.Equal(
            "23104 31420 03241 13240 31204 03142 21304 32104 32014 23014 20341 32104 23014 34201 31042 23140", string.Join(' ', lists));
    }

    [Fact]
    public void PositionOf_ReferenceNodes_AreForEverTheSame()
    {
        var ring = new HashRing(TopologyCases.Weighted("cache", 1, 2.5), 1024);

        Assert.Equal("0028ea33b172f98a", ring.PositionOf(0, 0).ToString());
        Assert.Equal("7fcf3b79a3416420", ring.PositionOf(511, 1).ToString());
        Assert.Equal("ffc56863d4a4b7d4", ring.PositionOf(1023, 0).ToString());
    }

    [Fact]
    public void PositionOf_EveryNode_StandsInItsPartitionsSector()
    {
        var ring = new HashRing(TopologyCases.Weighted("cache", 0.01, 1, 100), 64);

        for (var partition = 0; partition < 64; partition++)
        {
            var begin = ring.PositionOf(partition);
            var end = ring.PositionOf((partition + 1) % 64);
            Assert.All([0, 1, 2], silo => Assert.True(begin.DistanceTo(ring.PositionOf(partition, silo)) < begin.DistanceTo(end)));
        }
    }

    [Fact]
    public void PreferenceList_OnePartition_IsTheOrderOfItsNodesClockwise()
    {
        var ring = new HashRing(TopologyCases.Equal(8), 32);

        for (var partition = 0; partition < 32; partition++)
        {
            var begin = ring.PositionOf(partition);
            var byPosition = Enumerable.Range(0, 8).OrderBy(silo => begin.DistanceTo(ring.PositionOf(partition, silo)));
            Assert.Equal(byPosition, ring.PreferenceList(partition).Select(static silo => (int)silo));
        }
    }

    [Fact]
    public void PreferenceList_WithoutOneSilo_KeepsTheOrderOfTheOthers()
    {
        var members = TopologyCases.Equal(10);
        var ring = new HashRing(members, 256);
        var smaller = new HashRing(members.Without(members[4]), 256);

        for (var partition = 0; partition < 256; partition++)
        {
            var names = ring.PreferenceList(partition).Select(silo => members[silo].Name).Where(name => name != members[4].Name);
            Assert.Equal(names, smaller.PreferenceList(partition).Select(silo => smaller.Members[silo].Name));
        }
    }

    [Fact]
    public void PreferenceList_OneSilo_IsThatSilo() =>
        Assert.Equal([0], new HashRing(TopologyCases.Equal(1), 1).PreferenceList(0));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(32_768)]
    public void New_NumberOfPartitionsThatNoGridHas_IsRefused(int partitions) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new HashRing(TopologyCases.Equal(1), partitions));
}
