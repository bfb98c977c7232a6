using FsCheck;
using FsCheck.Fluent;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

public sealed class WantedMapProperties
{
    private static readonly Arbitrary<Grid> Grids =
        (from members in TopologyCases.Members
         from partitions in TopologyCases.PartitionCounts
         from replicas in Gen.Choose(0, 4)
         select new Grid(members, partitions, replicas)).ToArbitrary();

    [Fact]
    public void Compute_AnyOrderOfSilos_IsOneMap() =>
        PropertyCheck.Holds(Prop.ForAll(
            Grids,
            static grid =>
            {
                var map = grid.Compute();
                var turned = WantedMap.Compute([.. grid.Members.Reverse()], grid.Partitions, grid.Replicas, WantedMapSettings.Default);
                return map.Members.SequenceEqual(turned.Members) &&
                    map.Owners.SequenceEqual(turned.Owners) &&
                    map.Replicas.SequenceEqual(turned.Replicas);
            }));

    [Fact]
    public void Compute_AnyGrid_KeepsTheBoundsOfEverySilo() =>
        PropertyCheck.Holds(Prop.ForAll(
            Grids,
            static grid =>
            {
                var map = grid.Compute();
                var bounds = LoadBounds.Of(map.Members, grid.Partitions, WantedMapSettings.Default.Tolerance);
                return Enumerable.Range(0, bounds.Length).All(silo => map.CountOf(silo) >= bounds[silo].Least && map.CountOf(silo) <= bounds[silo].Most);
            }));

    [Fact]
    public void Compute_AnyGrid_PutsCopiesOnDistinctSilosAndZonesFirst() =>
        PropertyCheck.Holds(Prop.ForAll(
            Grids,
            static grid =>
            {
                var map = grid.Compute();
                var zones = map.Members.Select(static member => member.Zone).Distinct().Count();
                return map.ReplicaCount == Math.Min(grid.Replicas, Math.Max(0, grid.Members.Length - 1)) &&
                    Enumerable.Range(0, grid.Members.Length == 0 ? 0 : grid.Partitions).All(partition =>
                    {
                        short[] copies = [map.Owners[partition], .. map.ReplicasOf(partition)];
                        return copies.Distinct().Count() == copies.Length &&
                            copies.Select(silo => map.Members[silo].Zone).Distinct().Count() == Math.Min(zones, copies.Length);
                    });
            }));

    [Fact]
    public void Compute_OneZone_TakesReplicasInTheOrderOfThePreferenceList() =>
        PropertyCheck.Holds(Prop.ForAll(
            Grids,
            static grid =>
            {
                var map = WantedMap.Compute(
                    [.. grid.Members.Select(static member => member with { Zone = string.Empty })],
                    grid.Partitions,
                    grid.Replicas,
                    WantedMapSettings.Default);
                var ring = new HashRing(map.Members, grid.Partitions);
                return Enumerable.Range(0, grid.Members.Length == 0 ? 0 : grid.Partitions).All(partition =>
                    ring.PreferenceList(partition)
                        .Where(silo => silo != map.Owners[partition])
                        .Take(map.ReplicaCount)
                        .SequenceEqual(map.ReplicasOf(partition).ToArray()));
            }));

    private sealed record Grid(RingMember[] Members, int Partitions, int Replicas)
    {
        public WantedMap Compute() => TopologyCases.Compute(Members, Partitions, Replicas);

        public override string ToString() => $"{Partitions} partitions, {Replicas} replicas on [{string.Join(", ", (object[])Members)}]";
    }
}
