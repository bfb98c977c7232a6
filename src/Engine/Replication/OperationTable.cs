namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// The last operations with ids, and what each was answered first. Every copy that applied the same records remembers the same, but for what is
/// so old that each forgets it by its own clock; so a failover forgets nothing that a caller may still ask for.
/// </summary>
/// <remarks>
/// <para>Memory is bounded because callers say since when they know an operation: as a position of the log (<see cref="Messages.ClientRequest.Since"/>)
/// that is not before <see cref="Forgotten"/>, or as a time of this copy's clock (<see cref="Messages.ClientRequest.Began"/>) after
/// <see cref="ForgottenAt"/>. An operation of which that holds, and that is not here, was not executed. An attempt that was under way for an hour is
/// refused like any other.</para>
/// <para>The times are of this copy: when it took note of an operation, which is never before that was executed.</para>
/// </remarks>
internal sealed class OperationTable(int capacity, long keptTicks)
{
    private readonly Dictionary<OperationId, Entry> _results = [];
    private readonly Queue<(Entry Entry, long At)> _order = new();

    /// <summary>An operation, where in the log it is, and what it was answered.</summary>
    public readonly record struct Entry(OperationId Operation, LogPosition Position, ReadOnlyMemory<byte> Result);

    /// <summary>How many operations are remembered.</summary>
    public int Count => _order.Count;

    /// <summary>The position of the last operation that is not remembered any more.</summary>
    public LogPosition Forgotten { get; private set; }

    /// <summary>Everything that is not remembered any more was executed at this time or before; <see cref="long.MinValue"/> while there is nothing such.</summary>
    public long ForgottenAt { get; private set; } = long.MinValue;

    /// <summary>Remembers the operation of a record that was executed or applied before <paramref name="now"/>.</summary>
    public void Add(in LogRecord record, long now) => Add(new Entry(record.Operation, record.Position, record.Result), now);

    public bool TryFind(OperationId operation, out Entry entry) => _results.TryGetValue(operation, out entry);

    /// <summary>The operations up to a position, the oldest first.</summary>
    public Entry[] UpTo(LogPosition position) => [.. _order.Where(known => known.Entry.Position <= position).Select(static known => known.Entry)];

    /// <summary>Takes over what another copy remembered.</summary>
    /// <param name="entries">The operations, the oldest first.</param>
    /// <param name="forgotten">As <see cref="Forgotten"/>.</param>
    /// <param name="forgottenAt">As <see cref="ForgottenAt"/>, or later.</param>
    /// <param name="now">When the operations count from.</param>
    public void Load(Entry[] entries, LogPosition forgotten, long forgottenAt, long now)
    {
        Clear();
        Forgotten = forgotten;
        ForgottenAt = forgotten == default ? long.MinValue : forgottenAt;
        foreach (var entry in entries)
        {
            // Its bytes may be those of a message.
            Add(entry with { Result = entry.Result.ToArray() }, now);
        }
    }

    /// <summary>The clock began anew: nothing is known of times but that they are over.</summary>
    public void ForgetTimes(long now) => Load([.. _order.Select(static known => known.Entry)], Forgotten, now, now);

    /// <summary>Forgets what is too old to be asked for.</summary>
    public void Trim(long now)
    {
        while (_order.TryPeek(out var oldest) && now - oldest.At > keptTicks)
        {
            ForgetOldest();
        }

        if (_order.Count == 0 && _order.Capacity > 0)
        {
            _order.TrimExcess();
            _results.TrimExcess();
        }
    }

    public void Clear()
    {
        _results.Clear();
        _order.Clear();
        Forgotten = default;
        ForgottenAt = long.MinValue;
    }

    private void Add(in Entry entry, long now)
    {
        if (_order.Count == capacity)
        {
            ForgetOldest();
        }

        _order.Enqueue((entry, now));
        _results[entry.Operation] = entry;
    }

    private void ForgetOldest()
    {
        var (oldest, at) = _order.Dequeue();
        Forgotten = oldest.Position > Forgotten ? oldest.Position : Forgotten;
        ForgottenAt = Math.Max(ForgottenAt, at);
        if (_results.TryGetValue(oldest.Operation, out var found) && found.Position == oldest.Position)
        {
            _results.Remove(oldest.Operation);
        }
    }
}
