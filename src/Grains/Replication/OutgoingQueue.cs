using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// What waits for one silo, bounded. When it is full the oldest beats go first, for newer ones follow; after that what comes is refused. Not
/// thread-safe: the link's lock is around it.
/// </summary>
/// <remarks>
/// <para>1. Records of a partition leave in their order, because a copy that gets the later ones first asks for the earlier ones again; so do chunks.</para>
/// <para>2. Answers and beats leave before everything else: behind megabytes they would come too late for the lease. Nothing depends on their
/// order.</para>
/// <para>3. A message that is larger than half a packet leaves in pieces, one such message at a time, with other messages beside each piece. What
/// comes behind it for its partition waits until it is over; other partitions do not.</para>
/// </remarks>
internal sealed class OutgoingQueue(long maxBytes, int maxMessages, int packetBytes)
{
    private readonly Queue<OutgoingMessage> _answers = new();
    private readonly Queue<OutgoingMessage> _beats = new();

    // Behind the message that leaves in pieces.
    private readonly Queue<OutgoingMessage> _held = new();
    private readonly HashSet<int> _heldPartitions = [];

    // What was not acknowledged in time is sent again, a chunk as the same object; while it waits here that would only double it.
    private readonly HashSet<PeerMessage> _waitingChunks = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<(int Partition, CopyId To, LogPosition Previous)> _waitingLarge = [];
    private Queue<OutgoingMessage> _records = new();
    private LargeTransfer? _transfer;
    private long _transfers;

    public int Count => _answers.Count + _beats.Count + _records.Count + _held.Count + (_transfer is null ? 0 : 1);

    /// <summary>How many messages a packet could have now.</summary>
    public int Sendable => Count - (HoldsAnswers ? _answers.Count : 0);

    /// <summary>Whether answers wait for <see cref="TakeAnswers"/>, and not for a packet.</summary>
    public bool HoldsAnswers { get; set; }

    /// <summary>The most bytes that all may have.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes a message if there is room. A single one that is larger than the whole queue may be is taken when nothing else waits.</summary>
    /// <param name="message">The message.</param>
    /// <param name="droppedBeats">How many beats had to go for it.</param>
    public AddOutcome Add(in OutgoingMessage message, out int droppedBeats)
    {
        droppedBeats = 0;
        if (IsKnown(message))
        {
            return AddOutcome.Known;
        }

        for (; !HasRoom(message.Bytes) && _beats.TryDequeue(out var beat); droppedBeats++)
        {
            Bytes -= beat.Bytes;
        }

        if (!HasRoom(message.Bytes))
        {
            return AddOutcome.Refused;
        }

        Bytes += message.Bytes;
        switch (message.Message)
        {
            case Append { Records.Length: 0 }:
                _beats.Enqueue(message);
                break;
            case Append append:
                _ = IsLarge(message) && _waitingLarge.Add((message.Partition, append.To, append.Previous));
                _records.Enqueue(message);
                break;
            case SnapshotChunk:
                _waitingChunks.Add(message.Message);
                _records.Enqueue(message);
                break;
            default:
                _answers.Enqueue(message);
                break;
        }

        return AddOutcome.Queued;
    }

    /// <summary>Takes out what goes into one packet.</summary>
    /// <returns>The message of which the next piece goes into what is left of the packet, or none.</returns>
    public LargeTransfer? Take(List<OutgoingMessage> taken)
    {
        var left = packetBytes;
        if (!HoldsAnswers)
        {
            TakeAll(_answers, taken, ref left);
        }

        TakeAll(_beats, taken, ref left);
        if (_transfer is not null)
        {
            // The rest is for its next piece.
            left -= packetBytes / 2;
        }

        TakeRecords(taken, ref left);
        return _transfer;
    }

    /// <summary>Takes out answers, as many as go into one packet.</summary>
    public void TakeAnswers(List<OutgoingMessage> taken)
    {
        var left = packetBytes;
        TakeAll(_answers, taken, ref left);
    }

    /// <summary>All pieces of a message have left; or it was dropped before they had.</summary>
    public void End(LargeTransfer transfer)
    {
        if (_transfer != transfer)
        {
            return;
        }

        _transfer = null;
        Bytes -= transfer.Message.Bytes;
        Forget(transfer.Message);
        if (_held.Count > 0)
        {
            _records = new Queue<OutgoingMessage>(_held.Concat(_records));
            _held.Clear();
        }

        _heldPartitions.Clear();
    }

    /// <returns>How many messages were dropped.</returns>
    public int Clear()
    {
        var count = Count;
        _answers.Clear();
        _beats.Clear();
        _records.Clear();
        _held.Clear();
        _heldPartitions.Clear();
        _waitingChunks.Clear();
        _waitingLarge.Clear();
        _transfer = null;
        Bytes = 0;
        return count;
    }

    private bool HasRoom(int bytes) => Count == 0 || (Count < maxMessages && Bytes + bytes <= maxBytes);

    private bool IsLarge(in OutgoingMessage message) => message.Bytes > packetBytes / 2;

    private bool IsKnown(in OutgoingMessage message) => message.Message switch
    {
        SnapshotChunk => _waitingChunks.Contains(message.Message),
        Append { Records.Length: > 0 } append => IsLarge(message) && _waitingLarge.Contains((message.Partition, append.To, append.Previous)),
        _ => false,
    };

    private void Forget(in OutgoingMessage message)
    {
        if (message.Message is SnapshotChunk)
        {
            _waitingChunks.Remove(message.Message);
        }
        else if (message.Message is Append append)
        {
            _waitingLarge.Remove((message.Partition, append.To, append.Previous));
        }
    }

    private void Begin(in OutgoingMessage message) => _transfer = new LargeTransfer(_transfers++, message);

    private void TakeAll(Queue<OutgoingMessage> from, List<OutgoingMessage> taken, ref int left)
    {
        while (from.TryPeek(out var next) && (taken.Count == 0 || next.Bytes <= left))
        {
            from.Dequeue();
            Put(next, taken, ref left);
        }
    }

    private void TakeRecords(List<OutgoingMessage> taken, ref int left)
    {
        while (_records.TryPeek(out var next))
        {
            if (_heldPartitions.Contains(next.Partition) || (IsLarge(next) && _transfer is not null))
            {
                _heldPartitions.Add(next.Partition);
                _held.Enqueue(_records.Dequeue());
            }
            else if (IsLarge(next))
            {
                Begin(_records.Dequeue());
                _heldPartitions.Add(next.Partition);
                left -= packetBytes / 2;
            }
            else if (next.Bytes <= left || taken.Count == 0)
            {
                _records.Dequeue();
                if (next.Message is SnapshotChunk)
                {
                    _waitingChunks.Remove(next.Message);
                }

                Put(next, taken, ref left);
            }
            else
            {
                return;
            }
        }
    }

    private void Put(in OutgoingMessage message, List<OutgoingMessage> taken, ref int left)
    {
        taken.Add(message);
        left -= message.Bytes;
        Bytes -= message.Bytes;
    }
}
