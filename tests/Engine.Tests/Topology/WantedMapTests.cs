using System.IO.Hashing;
using System.Runtime.InteropServices;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

public sealed class WantedMapTests
{
    private static readonly string[] Families = ["cache", "silo", "pod-eu-west", "10.0.0", "node"];

    [Fact]
    public void Compute_TenEqualSilos_AreWithinTenPercentOfTheMean()
    {
        foreach (var family in Families)
        {
            var map = TopologyCases.Compute(TopologyCases.Equal(10, family));

            Assert.All(Enumerable.Range(0, 10), silo => Assert.InRange(map.CountOf(silo) / 102.4, 0.95, 1.05));
        }
    }

    // Leaving is the same the other way round: the maps are functions of the silos that are there.
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    public void Compute_OneSiloMore_MovesLittleMoreThanItsShare(int silos)
    {
        var moved = new List<double>();
        foreach (var family in Families)
        {
            var after = TopologyCases.Equal(silos + 1, family);
            var full = TopologyCases.Compute(after);
            foreach (var joiner in after)
            {
                var (all, betweenOthers) = TopologyCases.Moved(TopologyCases.Compute(after.Without(joiner)), full, joiner.Name);
                Assert.Equal(full.CountOf(Array.IndexOf([.. full.Members], joiner)), all - betweenOthers);
                moved.Add(all / (1024.0 / (silos + 1)));
            }
        }

        // Which names meet by chance decides: docs/decisions/0003-ring-and-bounded-load.md has the distribution.
        Assert.InRange(moved.Average(), 0.95, 1.1);
        Assert.InRange(moved.Count(static share => share <= 1.2), 0.95 * moved.Count, moved.Count);
        Assert.InRange(moved.Max(), 0.95, 1.3);
    }

    [Fact]
    public void Compute_BoundsThatDoNotBind_MovesNothingBetweenTheOthers()
    {
        var settings = WantedMapSettings.Default with { Tolerance = 1 };
        var after = TopologyCases.Equal(6);
        var full = WantedMap.Compute(after, 1024, 0, settings);

        foreach (var joiner in after)
        {
            var before = WantedMap.Compute(after.Without(joiner), 1024, 0, settings);
            var (all, betweenOthers) = TopologyCases.Moved(before, full, joiner.Name);
            Assert.Equal(0, betweenOthers);
            Assert.Equal(full.CountOf(Array.IndexOf([.. full.Members], joiner)), all);
        }
    }

    [Fact]
    public void Compute_SiloGoneAndBack_IsTheMapBefore()
    {
        var members = TopologyCases.Equal(7);
        var map = TopologyCases.Compute(members, replicas: 1);

        TopologyCases.Compute(members.Without(members[3]), replicas: 1);
        var again = TopologyCases.Compute([.. members.Without(members[3]), members[3]], replicas: 1);

        Assert.Equal(map.Owners.ToArray(), again.Owners.ToArray());
        Assert.Equal(map.Replicas.ToArray(), again.Replicas.ToArray());
    }

    [Theory]
    [InlineData(1024, 1.0, 1.0, 2.0, 4.0)]
    [InlineData(1024, 1.0, 2.0)]
    [InlineData(1024, 1.0, 1.0, 1.0, 10.0)]
    [InlineData(1024, 0.5, 0.5, 0.75, 0.75, 1.5)]
    [InlineData(1024, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)]
    [InlineData(16_384, 1.0, 100.0)]
    [InlineData(16_384, 1.0, 10.0, 100.0)]
    public void Compute_Weights_HoldWithinFivePercent(int partitions, params double[] weights)
    {
        foreach (var family in Families)
        {
            var map = TopologyCases.Compute(TopologyCases.Weighted(family, weights), partitions);

            Assert.All(
                Enumerable.Range(0, weights.Length), silo => Assert.InRange(map.CountOf(silo) / map.FairShare(silo), 0.95, 1.05));
        }
    }

    [Fact]
    public void Compute_NoSilos_HasNoOwners()
    {
        var map = TopologyCases.Compute([], partitions: 4, replicas: 2);

        Assert.Equal([-1, -1, -1, -1], map.Owners.ToArray());
        Assert.Equal(0, map.ReplicaCount);
        Assert.Empty(map.Members);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(16_384)]
    public void Compute_OneSilo_OwnsAllWithoutReplicas(int partitions)
    {
        var map = TopologyCases.Compute(TopologyCases.Equal(1), partitions, replicas: 2);

        Assert.Equal(partitions, map.CountOf(0));
        Assert.Equal(0, map.ReplicaCount);
        Assert.True(map.ReplicasOf(partitions - 1).IsEmpty);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    public void Compute_MoreSilosThanPartitions_GivesEachAtMostOne(int partitions)
    {
        var map = TopologyCases.Compute(TopologyCases.Equal(30), partitions, replicas: 3);

        Assert.All(Enumerable.Range(0, 30), silo => Assert.InRange(map.CountOf(silo), 0, 1));
        Assert.Equal(3, map.ReplicaCount);
    }

    [Fact]
    public void Compute_LargestGrid_KeepsTheBounds()
    {
        var map = TopologyCases.Compute(TopologyCases.Equal(30), 16_384, replicas: 2);

        Assert.All(Enumerable.Range(0, 30), silo => Assert.InRange(map.CountOf(silo) / map.FairShare(silo), 0.95, 1.05));
    }

    [Fact]
    public void Compute_OneNameTwice_SaysHowToMendIt()
    {
        var thrown = Assert.Throws<ArgumentException>(static () => TopologyCases.Compute([new("a", 1, ""), new("b", 1, ""), new("a", 2, "")]));

        Assert.Contains("'a'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("give each silo a name of its own", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_BrokenLimits_AreRefused()
    {
        var members = TopologyCases.Equal(2);

        Assert.Throws<ArgumentOutOfRangeException>(() => TopologyCases.Compute(members, partitions: 1000));
        Assert.Throws<ArgumentOutOfRangeException>(() => TopologyCases.Compute(members, replicas: -1));
        Assert.Throws<ArgumentException>(() => TopologyCases.Compute([.. members, new("c", 0, "")]));
        Assert.Throws<ArgumentException>(() => WantedMap.Compute(members, 16, 0, WantedMapSettings.Default with { Tolerance = double.NaN }));
        Assert.Throws<ArgumentNullException>(() => TopologyCases.Compute([.. members, null!]));
    }

    [Fact]
    public void Compute_NamesThatDifferByCase_AreTwoSilos()
    {
        var map = TopologyCases.Compute([new("a", 1, ""), new("B", 1, "")]);

        // By ordinal, as everywhere: capitals come first.
        Assert.Equal(["B", "a"], map.Members.Select(static member => member.Name));
    }

    [Fact]
    public void Compute_TwoZones_PutsTheFirstReplicaInTheOther()
    {
        RingMember[] members = [.. TopologyCases.Equal(6).Select(static (member, silo) => member with { Zone = silo < 2 ? "east" : "west" })];
        var map = TopologyCases.Compute(members, replicas: 2);

        for (var partition = 0; partition < 1024; partition++)
        {
            Assert.NotEqual(map.Members[map.OwnerOf(partition)].Zone, map.Members[map.ReplicasOf(partition)[0]].Zone);
        }
    }

    // Golden: all versions in a grid must want the same. If this fails, the change moves partitions of running grids.
    [Fact]
    public void Compute_ReferenceGrid_IsForEverTheSame()
    {
        RingMember[] members =
        [
            new("cache-0", 1, "a"), new("cache-1", 1, "b"), new("cache-2", 2, "c"), new("cache-3", 4, "a"), new("cache-4", 0.5, "b"),
        ];
        var map = TopologyCases.Compute(members, 1024, replicas: 2);

        Assert.Equal([115, 119, 239, 488, 63], Enumerable.Range(0, 5).Select(map.CountOf));
        Assert.Equal("57d91781c958f450", HashOf(map.Owners));
        Assert.Equal("cc45c6a9cd6959b7", HashOf(map.Replicas));
    }

    private static string HashOf(ReadOnlySpan<short> values)
    {
        Assert.True(BitConverter.IsLittleEndian);
        return XxHash64.HashToUInt64(MemoryMarshal.AsBytes(values)).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
    }
}
