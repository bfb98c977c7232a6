using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

/// <summary>A map from the network is either consistent or refused with a message that names what is wrong.</summary>
public sealed class PartitionMapValidationTests
{
    [Fact]
    public void New_ConsistentParts_IsAMap()
    {
        var map = new Parts().Make();

        Assert.Equal(3, map.Version);
        Assert.Equal("b", map.OwnerSiloOf(1)!.Name);
    }

    [Fact]
    public void New_PartsOfAnotherMap_IsTheSameMap()
    {
        var members = TopologyCases.Equal(5);
        var map = PartitionMap.Empty(128).Next(4, members.ToSilos(), TopologyCases.Compute(members, 128, replicas: 2));

        var copy = new PartitionMap(
            map.Version, map.PartitionCount, map.Silos, map.Owners.ToArray(), map.Epochs.ToArray(), map.Replicas.ToArray(), map.ReplicaSlots);

        Assert.Equal(map.Silos, copy.Silos);
        Assert.Equal(Enumerable.Range(0, 128).Select(map.OwnerOf), Enumerable.Range(0, 128).Select(copy.OwnerOf));
        Assert.Equal(map.ReplicasOf(77).ToArray(), copy.ReplicasOf(77).ToArray());
    }

    public static TheoryData<string, Func<object>> Broken() => new()
    {
        { "version is -1", static () => new Parts { Version = -1 } },
        { "cannot have 3 partitions", static () => new Parts { PartitionCount = 3 } },
        { "3 owners", static () => new Parts { Owners = [0, 1, 0] } },
        { "5 epochs", static () => new Parts { Epochs = [1, 1, 1, 1, 1] } },
        { "7 replicas", static () => new Parts { Replicas = new short[7] } },
        { "room for -1 replicas", static () => new Parts { ReplicaSlots = -1, Replicas = [] } },
        { "room for 4 replicas", static () => new Parts { ReplicaSlots = 4, Replicas = new short[16] } },
        { "owned by silo 3", static () => new Parts { Owners = [0, 1, 3, 0] } },
        { "owned by silo -2", static () => new Parts { Owners = [0, 1, -2, 0] } },
        { "at epoch 0", static () => new Parts { Epochs = [1, 0, 1, 1] } },
        { "at epoch -1", static () => new Parts { Owners = [0, 1, 2, -1], Epochs = [1, 1, 1, -1], Replicas = [1, -1, 0, -1, 0, 1, -1, -1] } },
        { "have a gap", static () => new Parts { Replicas = [-1, 1, 0, -1, 0, 1, 1, 2] } },
        { "replica on silo 3", static () => new Parts { Replicas = [3, -1, 0, -1, 0, 1, 1, 2] } },
        { "replica on silo -5", static () => new Parts { Replicas = [-5, -1, 0, -1, 0, 1, 1, 2] } },
        { "two copies on silo 0", static () => new Parts { Replicas = [0, -1, 0, -1, 0, 1, 1, 2] } },
        { "two copies on silo 1", static () => new Parts { Replicas = [1, 1, 0, -1, 0, 1, 1, 2] } },
        { "'b' is there twice, or", static () => new Parts { Silos = TopologyCases.Silos("a", "b", "b") } },
        { "'a' is there twice, or", static () => new Parts { Silos = TopologyCases.Silos("b", "a", "c") } },
        { "silo 1 has no address", static () => new Parts { Silos = [.. TopologyCases.Silos("a"), null!, .. TopologyCases.Silos("c")] } },
        { "1 to 128 characters", static () => new Parts { Silos = TopologyCases.Silos("", "b", "c") } },
        { "weight of silo 'a'", static () => new Parts { Silos = [TopologyCases.Silo("a") with { Weight = 0 }, .. TopologyCases.Silos("b", "c")] } },
        { "silo 0 has no address", static () => new Parts { Silos = [TopologyCases.Silo("a") with { Address = "" }, .. TopologyCases.Silos("b", "c")] } },
    };

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public void New_InconsistentParts_AreRefusedByName(string what, Func<object> parts)
    {
        var thrown = Assert.Throws<InvalidDataException>(() => ((Parts)parts()).Make());

        Assert.StartsWith("The partition map is inconsistent", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(what, thrown.Message, StringComparison.Ordinal);
    }

    private sealed record Parts
    {
        public long Version { get; init; } = 3;

        public int PartitionCount { get; init; } = 4;

        public MapSilo[] Silos { get; init; } = TopologyCases.Silos("a", "b", "c");

        public short[] Owners { get; init; } = [0, 1, 2, 0];

        public long[] Epochs { get; init; } = [1, 2, 3, 4];

        public short[] Replicas { get; init; } = [1, -1, 0, -1, 0, 1, 1, 2];

        public int ReplicaSlots { get; init; } = 2;

        public PartitionMap Make() => new(Version, PartitionCount, Silos, Owners, Epochs, Replicas, ReplicaSlots);
    }
}
