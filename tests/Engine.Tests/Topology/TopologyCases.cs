using FsCheck;
using FsCheck.Fluent;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

/// <summary>Grids for the tests of the topology, and what is measured of them.</summary>
internal static class TopologyCases
{
    /// <summary>Numbers of partitions up to 1,024: more only take longer.</summary>
    public static Gen<int> PartitionCounts { get; } = Gen.Choose(0, 10).Select(static bits => 1 << bits);

    /// <summary>Up to 30 silos with random names, weights from 0.01 to 100 (most of them close together) and up to four zones.</summary>
    public static Gen<RingMember[]> Members { get; } =
        from count in Gen.Choose(0, 30)
        from family in Gen.Choose(0, int.MaxValue)
        from weights in Gen.Frequency((3, Gen.Choose(50, 400)), (1, Gen.Choose(1, 10_000))).Select(static cents => cents / 100.0).ArrayOf(count)
        from zones in Gen.Choose(0, 3).ArrayOf(count)
        select Enumerable.Range(0, count).Select(silo => new RingMember($"silo-{family:x}-{silo}", weights[silo], $"zone-{zones[silo]}")).ToArray();

    /// <summary>Silos of one weight without zones, named as an orchestrator would.</summary>
    public static RingMember[] Equal(int count, string family = "cache") => Weighted(family, [.. Enumerable.Repeat(1.0, count)]);

    public static RingMember[] Weighted(string family, params double[] weights) =>
        [.. weights.Select((weight, silo) => new RingMember($"{family}-{silo}", weight, string.Empty))];

    public static RingMember[] Without(this RingMember[] members, RingMember leaver) => [.. members.Where(member => member != leaver)];

    public static WantedMap Compute(IReadOnlyCollection<RingMember> members, int partitions = 1024, int replicas = 0) =>
        WantedMap.Compute(members, partitions, replicas, WantedMapSettings.Default);

    public static string OwnerName(this WantedMap map, int partition) => map.Members[map.OwnerOf(partition)].Name;

    public static double FairShare(this WantedMap map, int member) =>
        map.PartitionCount * map.Members[member].Weight / map.Members.Sum(static other => other.Weight);

    /// <summary>The partitions with another owner in the other map, and those of them that go neither to nor from a silo.</summary>
    public static (int All, int BetweenOthers) Moved(WantedMap one, WantedMap other, string silo)
    {
        var moved = Enumerable.Range(0, one.PartitionCount).Where(partition => one.OwnerName(partition) != other.OwnerName(partition)).ToArray();
        return (moved.Length, moved.Count(partition => one.OwnerName(partition) != silo && other.OwnerName(partition) != silo));
    }

    public static MapSilo[] Silos(params string[] names) => [.. names.Select(static name => Silo(name))];

    public static MapSilo Silo(string name, int run = 1) => new(name, $"{name}:11111@{run}", $"{name}:30000", 1, string.Empty);

    public static MapSilo[] ToSilos(this IEnumerable<RingMember> members) =>
        [.. members.Select(static member => Silo(member.Name) with { Weight = member.Weight, Zone = member.Zone })];
}
