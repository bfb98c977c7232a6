using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// What waits for one silo, bounded. When it is full the oldest beats go first, for newer ones follow; after that what comes is refused. Not
/// thread-safe: the link's lock is around it.
/// </summary>
/// <remarks>
/// Messages leave in their order, because a copy that gets the later records first asks for the earlier ones again. Only chunks of snapshots
/// have a queue of their own: behind megabytes of them beats would come too late for the lease. Of every two packets one begins with a chunk,
/// so that they are not held up either.
/// </remarks>
internal sealed class OutgoingQueue(long maxBytes, int maxMessages)
{
    private readonly Queue<OutgoingMessage> _chunks = new();

    // A chunk that was not acknowledged in time is sent again as the same object; while it waits here that would only double it.
    private readonly HashSet<PeerMessage> _waitingChunks = new(ReferenceEqualityComparer.Instance);
    private Queue<OutgoingMessage> _messages = new();
    private int _beats;
    private bool _isChunksTurn;

    public int Count => _messages.Count + _chunks.Count;

    /// <summary>The most bytes that all may have.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes a message if there is room. A single one that is larger than the whole queue may be is taken when nothing else waits.</summary>
    /// <param name="message">The message.</param>
    /// <param name="droppedBeats">How many beats had to go for it.</param>
    public AddOutcome Add(in OutgoingMessage message, out int droppedBeats)
    {
        droppedBeats = 0;
        if (message.Message is SnapshotChunk && _waitingChunks.Contains(message.Message))
        {
            return AddOutcome.Known;
        }

        if (!HasRoom(message.Bytes) && _beats > 0)
        {
            droppedBeats = DropBeats(message.Bytes);
        }

        if (!HasRoom(message.Bytes))
        {
            return AddOutcome.Refused;
        }

        Bytes += message.Bytes;
        if (message.Message is SnapshotChunk)
        {
            _waitingChunks.Add(message.Message);
            _chunks.Enqueue(message);
        }
        else
        {
            _beats += message.IsBeat ? 1 : 0;
            _messages.Enqueue(message);
        }

        return AddOutcome.Queued;
    }

    /// <summary>Takes out what fits in one packet, or one message alone that does not.</summary>
    public void Take(int packetBytes, List<OutgoingMessage> taken)
    {
        var left = packetBytes;
        var tookChunk = _isChunksTurn && _chunks.Count > 0;
        if (tookChunk)
        {
            TakeOne(_chunks, taken, ref left);
        }

        while (_messages.TryPeek(out var next) && (taken.Count == 0 || next.Bytes <= left))
        {
            TakeOne(_messages, taken, ref left);
        }

        while (_messages.Count == 0 && _chunks.TryPeek(out var next) && (taken.Count == 0 || next.Bytes <= left))
        {
            TakeOne(_chunks, taken, ref left);
        }

        _isChunksTurn = !tookChunk;
    }

    /// <returns>How many messages were dropped.</returns>
    public int Clear()
    {
        var count = Count;
        _messages.Clear();
        _chunks.Clear();
        _waitingChunks.Clear();
        (Bytes, _beats) = (0, 0);
        return count;
    }

    private bool HasRoom(int bytes) => Count == 0 || (Count < maxMessages && Bytes + bytes <= maxBytes);

    private void TakeOne(Queue<OutgoingMessage> from, List<OutgoingMessage> taken, ref int left)
    {
        var message = from.Dequeue();
        taken.Add(message);
        left -= message.Bytes;
        Bytes -= message.Bytes;
        _beats -= message.IsBeat ? 1 : 0;
        if (message.Message is SnapshotChunk)
        {
            _waitingChunks.Remove(message.Message);
        }
    }

    /// <summary>Drops the oldest beats until there is room, and an eighth more: each time the whole queue is gone through.</summary>
    private int DropBeats(int bytes)
    {
        var dropped = 0;
        var kept = new Queue<OutgoingMessage>(_messages.Count);
        foreach (var message in _messages)
        {
            if (message.IsBeat && (Bytes + bytes > maxBytes - (maxBytes / 8) || Count - dropped >= maxMessages - (maxMessages / 8)))
            {
                Bytes -= message.Bytes;
                _beats--;
                dropped++;
            }
            else
            {
                kept.Enqueue(message);
            }
        }

        _messages = kept;
        return dropped;
    }
}
