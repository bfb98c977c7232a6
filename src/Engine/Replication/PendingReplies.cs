using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// An owner's replies that wait until a record is committed: of the writes themselves, of repetitions, and of whatever read what is not
/// committed yet.
/// </summary>
internal sealed class PendingReplies
{
    private readonly PriorityQueue<Waiting, long> _waiting = new();
    private readonly Dictionary<ulong, Change> _changes = [];
    private Change _ofAll;

    private readonly record struct Change(long Sequence, bool IsAwaited);

    private readonly record struct Waiting(long Sequence, bool IsWrite, ClientReply Reply);

    /// <summary>How many replies wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Lets a reply wait for a record.</summary>
    /// <param name="sequence">The record's number.</param>
    /// <param name="isWrite">Whether the caller must be told that the outcome is unknown when the record's fate will not be known here.</param>
    /// <param name="reply">What is sent when the record is committed.</param>
    public void Add(long sequence, bool isWrite, in ClientReply reply) => _waiting.Enqueue(new Waiting(sequence, isWrite, reply), sequence);

    /// <summary>Notes that the key was changed by a record that somebody waits for, or by one that is acknowledged already.</summary>
    public void Changed(ulong keyHash, long sequence, bool isAwaited)
    {
        _changes[keyHash] = new Change(sequence, isAwaited);
    }

    /// <summary>As <see cref="Changed"/>, by a record that may have changed any key.</summary>
    public void AllChanged(long sequence, bool isAwaited)
    {
        // Who waits for this one waits for those before it too.
        _ofAll = new Change(sequence, isAwaited || _ofAll.IsAwaited);
    }

    /// <summary>Whether the key was changed by a record that is not committed.</summary>
    /// <param name="keyHash">Of the key.</param>
    /// <param name="sequence">The record's number.</param>
    /// <param name="isAwaited">Whether who reads the key has to wait for it.</param>
    public bool IsChanged(ulong keyHash, out long sequence, out bool isAwaited)
    {
        _changes.TryGetValue(keyHash, out var change);
        sequence = Math.Max(change.Sequence, _ofAll.Sequence);
        isAwaited = change.IsAwaited || _ofAll.IsAwaited;
        return sequence > 0;
    }

    /// <summary>Tells that a record is committed.</summary>
    public void Committed(in LogRecord record)
    {
        if (_changes.TryGetValue(record.KeyHash, out var change) && change.Sequence == record.Position.Sequence)
        {
            _changes.Remove(record.KeyHash);
        }

        if (_ofAll.Sequence == record.Position.Sequence)
        {
            _ofAll = default;
        }
    }

    /// <summary>Takes the next reply whose record is committed.</summary>
    public bool TryTake(long commit, out ClientReply reply, out long sequence)
    {
        if (_waiting.TryPeek(out var next, out sequence) && sequence <= commit)
        {
            _waiting.Dequeue();
            reply = next.Reply;
            return true;
        }

        reply = default;
        return false;
    }

    /// <summary>Takes any reply, as it must be when the owner is owner no more: reads were not done, writes perhaps.</summary>
    public bool TryAbandon(out ClientReply reply)
    {
        _changes.Clear();
        _ofAll = default;
        if (!_waiting.TryDequeue(out var next, out _))
        {
            reply = default;
            return false;
        }

        reply = new ClientReply { Id = next.Reply.Id, Waiter = next.Reply.Waiter, Status = next.IsWrite ? ReplyStatus.Unknown : ReplyStatus.NotServing };
        return true;
    }
}
