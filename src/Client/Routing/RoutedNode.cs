using Orleans.Cache.Client.Connections;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Routing;

/// <summary>
/// A run of a silo, the references by which this process reaches its door, and its lanes. The same object from map to map. Safe for any number of threads.
/// </summary>
/// <param name="descriptor">The silo.</param>
/// <param name="direct">Straight to the silo.</param>
/// <param name="relayed">Through any gateway, which passes it on: for a client whose list does not have the silo's own gateway yet.</param>
/// <param name="gateways">The gateways in that list; <see langword="null"/> inside the cluster.</param>
/// <param name="data">The connection for batches; <see langword="null"/>: none.</param>
/// <param name="lanes">Opens lanes.</param>
internal sealed class RoutedNode(NodeDescriptor descriptor, ICacheNode direct, ICacheNode relayed, LiveGateways? gateways, DataLink? data, LaneSet lanes)
{
    private readonly Lock _lock = new();
    private Lane?[] _lanes = [];
    private Lane?[] _bulkLanes = [];
    private Lane?[] _relayedLanes = [];
    private long _usedAt = long.MinValue / 2;
    private long _silentUntil = long.MinValue;

    public NodeDescriptor Descriptor => descriptor;

    /// <summary>What is known of the silo's clock.</summary>
    public SiloClock Clock { get; } = new(lanes.Time);

    /// <summary>The connection for batches; <see langword="null"/>: there can be none.</summary>
    public DataLink? Data => data;

    public ICacheNode Direct => direct;

    public ICacheNode Relayed => relayed;

    /// <summary>The shortest way to the silo's door as things stand.</summary>
    public ICacheNode Door =>
        gateways is null || (descriptor.Gateway is { } gateway && gateways.Contains(gateway.Endpoint)) ? direct : relayed;

    /// <summary>The way of a cache's operations to this silo.</summary>
    public Lane LaneOf(NamedCache cache) => LaneOf(ref _lanes, cache, LaneKind.Usual);

    /// <summary>The way of the chunks of a cache's large values: beside the other, so that neither waits for the other's messages.</summary>
    public Lane BulkLaneOf(NamedCache cache) => LaneOf(ref _bulkLanes, cache, LaneKind.Bulk);

    /// <summary>The longer way, for a call that has waited on the other.</summary>
    public Lane RelayedLaneOf(NamedCache cache) => LaneOf(ref _relayedLanes, cache, LaneKind.Relayed);

    /// <summary>Takes the longer way for a while, because a call had no answer.</summary>
    public void AvoidDirect()
    {
        data?.NoteNoAnswer();
        if (descriptor.Gateway is { } gateway)
        {
            gateways?.Avoid(gateway.Endpoint);
        }
    }

    /// <summary>Whether something had no answer from this silo within the last tenth of a second, and nothing has had one since.</summary>
    public bool IsSilent => Volatile.Read(ref _silentUntil) is var until && until != long.MinValue && lanes.Time.GetTimestamp() < until;

    /// <summary>Notes that something had no answer: for a tenth of a second others are asked where that is possible.</summary>
    public void NoteSilence() => Volatile.Write(ref _silentUntil, lanes.Time.GetTimestamp() + (lanes.Time.TimestampFrequency / 10));

    /// <summary>Notes that a batch was answered.</summary>
    public void NoteAnswer()
    {
        if (Volatile.Read(ref _silentUntil) != long.MinValue)
        {
            Volatile.Write(ref _silentUntil, long.MinValue);
        }
    }

    /// <summary>Whether operations other than chunks went to this silo within the last second: chunks are then small, and come one by one.</summary>
    public bool IsShared => lanes.IsRecent(Volatile.Read(ref _usedAt));

    /// <summary>Notes that a batch of such operations leaves.</summary>
    public void NoteUse() => Volatile.Write(ref _usedAt, lanes.Time.GetTimestamp());

    private Lane LaneOf(ref Lane?[] opened, NamedCache cache, LaneKind kind)
    {
        var known = Volatile.Read(ref opened);
        return cache.Index < known.Length && known[cache.Index] is { } lane ? lane : OpenLane(ref opened, cache, kind);
    }

    private Lane OpenLane(ref Lane?[] opened, NamedCache cache, LaneKind kind)
    {
        lock (_lock)
        {
            if (cache.Index >= opened.Length)
            {
                var more = new Lane?[cache.Index + 1];
                opened.CopyTo(more, 0);
                Volatile.Write(ref opened, more);
            }

            return opened[cache.Index] ??= lanes.Open(this, cache, kind);
        }
    }
}
