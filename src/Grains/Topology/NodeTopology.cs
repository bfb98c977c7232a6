using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;

namespace Orleans.Cache.Grains.Topology;

/// <summary>This silo in the topology: what it is, and the map that it obeys. Safe for any number of threads.</summary>
internal sealed class NodeTopology(TopologySource source, NodeSettings settings, ILocalSiloDetails silo)
{
    private volatile string? _nodeType;
    private volatile bool _joined;
    private long _calledAt;

    public NodeSettings Settings => settings;

    public SiloAddress LocalSilo => silo.SiloAddress;

    public GridSnapshot Current => source.Current;

    /// <summary>The grain type of this silo's door; set by the door itself before the silo joins.</summary>
    public string NodeType
    {
        get => _nodeType ?? throw new InvalidOperationException("The silo's door is not there yet.");
        set => _nodeType = value;
    }

    /// <summary>Whether the silo has joined the grid and not left it.</summary>
    public bool Joined
    {
        get => _joined;
        set => _joined = value;
    }

    /// <summary>When a caller last sent something here though the silo was not in the grid, by the clock's timestamps.</summary>
    public long CalledAt
    {
        get => Volatile.Read(ref _calledAt);
        set => Volatile.Write(ref _calledAt, value);
    }

    /// <summary>Takes a topology from the topology grain; an older one is ignored.</summary>
    public void Take(TopologyMessage message) => source.Take(message);

    /// <summary>Completes with the first snapshot at or above a version.</summary>
    public Task<GridSnapshot> WaitForAsync(long version, CancellationToken cancellationToken) => source.WaitForAsync(version, cancellationToken);

    /// <summary>Whether this silo owns a partition under the current map.</summary>
    public bool Owns(int partition) => Current.OwnerOf(partition)?.Descriptor.Address.Equals(LocalSilo) == true;

    /// <summary>The partitions that this silo owns under a map.</summary>
    public IEnumerable<int> OwnedPartitions(GridSnapshot snapshot)
    {
        for (var index = 0; index < snapshot.Nodes.Count; index++)
        {
            if (snapshot.Nodes[index].Descriptor.Address.Equals(LocalSilo))
            {
                return snapshot.Map.PartitionsOf(index);
            }
        }

        return [];
    }

    public NodeDescriptor ToDescriptor() => settings.ToDescriptor(NodeType);

    public NodeStatus Describe() => new(ToDescriptor(), Joined, Current.Message);
}
