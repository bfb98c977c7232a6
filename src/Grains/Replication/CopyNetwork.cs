using Microsoft.Extensions.Logging;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Replication;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// Brings the messages of this silo's copies to those of other silos and to the authority, and what arrives to them. Follows the topology: a
/// silo's run has a link as long as it is in the grid. Safe for any number of threads.
/// </summary>
/// <remarks>The copies need the network to be made, and it needs them to deliver: they are bound to it when they are.</remarks>
internal sealed partial class CopyNetwork : ICopyNetwork
{
    private readonly Lock _lock = new();
    private readonly NodeTopology _topology;
    private readonly IGrainFactory _grains;
    private readonly ReplicationMetrics _metrics;
    private readonly ReplicationJournal _journal;
    private readonly ArrivalCounts _arrivals;
    private readonly PacketReader _reader;
    private readonly TimeProvider _time;
    private readonly TimeSpan _slowest;
    private readonly ILogger<CopyNetwork> _logger;
    private readonly AuthorityLink _authority;
    private readonly LocalLink _local;
    private volatile NodeTable _table = NodeTable.Empty;
    private volatile IPacketSink? _sink;
    private long _movedBytes;

    public CopyNetwork(
        TopologySource source,
        NodeTopology topology,
        IGrainFactory grains,
        StandInAuthority authority,
        ReplicationMetrics metrics,
        ReplicationJournal journal,
        ArrivalCounts arrivals,
        PacketReader reader,
        TimeProvider time,
        ILogger<CopyNetwork> logger)
    {
        _topology = topology;
        _grains = grains;
        _metrics = metrics;
        _journal = journal;
        _arrivals = arrivals;
        _reader = reader;
        _time = time;

        // Who takes longer leaves an owner too little of its lease to be heard again within it.
        _slowest = topology.Settings.LeaseDuration / 2;
        _logger = logger;
        _authority = new AuthorityLink(requests => authority.DecideAsync(requests, FindStandIn), Deliver, time, logger);
        _local = new LocalLink(messages =>
        {
            Deliver(messages, time.GetTimestamp());
            Flush();
        });
        metrics.Observe(() => _table.Peers.Values);
        source.Changed += (_, current) => Follow(current);
        Follow(source.Current);
    }

    /// <summary>The silos as this one knows them.</summary>
    public NodeTable Table => _table;

    /// <summary>The bytes of entries that were sent to fill copies on other silos.</summary>
    public long MovedBytes => Interlocked.Read(ref _movedBytes);

    /// <summary>Whether a silo takes what this one sends in good time, so that copies there keep leases; this silo does.</summary>
    public bool IsPrompt(int node) => _table is var table && (node == table.Number || (table.Peers.TryGetValue(node, out var peer) && peer.Link.IsPrompt));

    /// <summary>
    /// The silo that stands in for a topology grain which does not answer, as this one sees it: of those that answer in good time that of the lowest number, so that
    /// all ask the same. <see langword="null"/>: this one.
    /// </summary>
    public IReplicationNode? FindStandIn()
    {
        var table = _table;
        var first = table.Number;
        foreach (var number in table.Peers.Keys)
        {
            first = number < first && IsPrompt(number) ? number : first;
        }

        return first == table.Number ? null : table.Peers[first].Door;
    }

    /// <summary>Asks silos of which it is not known whether they are prompt. Called a few times per lease.</summary>
    public void Probe()
    {
        foreach (var peer in _table.Peers.Values)
        {
            peer.Link.Probe();
        }
    }

    /// <summary>Says where what arrives goes. Until then it is dropped.</summary>
    public void Bind(IPacketSink sink) => _sink = sink;

    /// <inheritdoc/>
    public void Send(int partition, PeerMessage message)
    {
        var table = _table;
        if (message.To.Node == table.Number)
        {
            _local.Enqueue(partition, message);
        }
        else if (table.Peers.TryGetValue(message.To.Node, out var peer))
        {
            if (message is SnapshotChunk chunk)
            {
                Interlocked.Add(ref _movedBytes, BytesOf(chunk));
                peer.Chunks.Enqueue(partition, message);
            }
            else
            {
                peer.Link.Enqueue(partition, message);
            }
        }
        else
        {
            _metrics.OnDropped(table.NameOf(message.To.Node), DropReason.Unknown, 1);
        }
    }

    /// <inheritdoc/>
    public void Ask(int partition, AuthorityRequest request) => _authority.Enqueue(partition, request);

    /// <inheritdoc/>
    public void Report(int partition, ReplicationEvent what)
    {
        _metrics.OnEvent(what);
        _journal.Add(partition, what);
    }

    /// <inheritdoc/>
    public void TakenOver(int partition, long pausedTicks) => _arrivals.OnTakenOver(TimeSpan.FromSeconds((double)pausedTicks / _time.TimestampFrequency));

    /// <inheritdoc/>
    public void Flush()
    {
        foreach (var link in _table.Links)
        {
            link.Wake();
        }

        _authority.Wake();
        _local.Wake();
    }

    /// <summary>Gives a packet of another silo to the copies, and lets leave what they say to others. Never throws. For one packet of a silo at a time.</summary>
    /// <param name="from">The silo's number.</param>
    /// <param name="packet">Given back.</param>
    /// <returns>The packet of what the copies answer to that silo, or none.</returns>
    public BatchBytes? Take(int from, BatchBytes packet)
    {
        var peer = _table.Peers.GetValueOrDefault(from);
        var link = peer?.Link;
        BatchBytes? answers;
        link?.HoldAnswers();
        try
        {
            // Of a silo that is not known yet, or any more, nothing is put together.
            TakeAll(from, packet, peer?.Fragments ?? new FragmentAssembler());
        }
        finally
        {
            answers = link?.TakeAnswers();
        }

        Flush();
        return answers;
    }

    /// <summary>As <see cref="Take"/>, of chunks: what the copies answer leaves as other messages do.</summary>
    public void TakeChunks(int from, BatchBytes packet)
    {
        TakeAll(from, packet, _table.Peers.GetValueOrDefault(from)?.ChunkFragments ?? new FragmentAssembler(), ofChunks: true);
        Flush();
    }

    private void TakeAll(int from, BatchBytes packet, FragmentAssembler? fragments, bool ofChunks = false)
    {
        // What is read points into the packet.
        using (packet)
        {
            var arrival = WireMoment.Of(_time);
            if (_reader.TryRead(from, _table.NameOf(from), packet, fragments, arrival, out var messages))
            {
                if (ofChunks)
                {
                    CountFilled(messages);
                }

                Deliver(messages, arrival.Now);
            }
        }
    }

    private void CountFilled(List<(int Partition, PeerMessage Message)> messages)
    {
        foreach (var (_, message) in messages)
        {
            if (message is SnapshotChunk chunk)
            {
                _arrivals.OnFilled(chunk.Changes.Length, BytesOf(chunk));
            }
        }
    }

    private static long BytesOf(SnapshotChunk chunk) => chunk.Changes.Sum(static change => (long)change.Length);

    private void Deliver(List<(int Partition, PeerMessage Message)> messages, long arrival)
    {
        if (_sink is not { } sink)
        {
            return;
        }

        foreach (var (partition, message) in messages)
        {
            try
            {
                sink.Receive(partition, message, arrival);
            }
#pragma warning disable CA1031 // A mistake in one copy must not keep the others from being served.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogCopyFailed(partition, message.GetType().Name, exception);
            }
        }
    }

    private void Deliver(List<(int Partition, AuthorityReply Reply)> replies)
    {
        if (_sink is not { } sink)
        {
            return;
        }

        foreach (var (partition, reply) in replies)
        {
            try
            {
                sink.Receive(partition, reply);
            }
#pragma warning disable CA1031 // As above.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogCopyFailed(partition, nameof(AuthorityReply), exception);
            }
        }

        Flush();
    }

    private void Follow(GridSnapshot snapshot)
    {
        lock (_lock)
        {
            var known = _table;
            if (snapshot.Message is not { } message || snapshot.Version <= known.Version)
            {
                return;
            }

            var (number, run) = (-1, 0L);
            var peers = new Dictionary<int, Peer>();

            // The message's descriptors, not those of the routed nodes: these stay as they were when the silo was first seen.
            foreach (var node in message.Nodes.Where(static node => node.Run > 0))
            {
                if (node.Address.Equals(_topology.LocalSilo))
                {
                    (number, run) = (node.Number, node.Run);
                }
                else
                {
                    peers[node.Number] = known.Peers.TryGetValue(node.Number, out var peer) && peer.Run == node.Run && peer.Address.Equals(node.Address)
                        ? peer
                        : Open(node);
                }
            }

            _table = new NodeTable(snapshot.Version, number, run, peers);
            foreach (var (left, peer) in known.Peers)
            {
                if (!peers.TryGetValue(left, out var still) || !ReferenceEquals(still, peer))
                {
                    peer.End();
                }
            }
        }
    }

    private Peer Open(NodeDescriptor node)
    {
        var door = _grains.GetGrain<IReplicationNode>(SystemTargetGrainId.Create(GrainType.Create(node.NodeType), node.Address).GrainId);
        PeerLink Link(Func<BatchBytes, ValueTask<BatchBytes?>> send, int packetBytes) => new(
            node.Name,
            send,
            answers =>
            {
                TakeAll(node.Number, answers, fragments: null);
                Flush();
            },
            packetBytes,
            _slowest,
            _time,
            _metrics,
            _logger);
        return new Peer(
            node.Address,
            node.Run,
            door,
            Link(packet => door.ReceiveAsync(_table.Number, node.Number, node.Run, packet), PeerLink.MaxPacketBytes),
            Link(
                async packet =>
                {
                    await door.ReceiveChunksAsync(_table.Number, node.Number, node.Run, packet);
                    return null;
                },
                PeerLink.MaxChunkPacketBytes));
    }

    [LoggerMessage(EventIds.CopyFailed, LogLevel.Error, "Partition {Partition}: the copy failed at a message of the kind {Kind}.")]
    private partial void LogCopyFailed(int partition, string kind, Exception exception);
}
