namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// The last operations with ids, and what each was answered first. A function of the log and of a fixed size, so every copy that applied
/// the same records remembers the same, and a failover forgets nothing.
/// </summary>
/// <remarks>
/// Memory is bounded because callers say since when they know an operation (<see cref="Messages.ClientRequest.Since"/>): if that is not
/// before <see cref="Forgotten"/>, then an operation that is not here was not executed. No clock is needed for that, and an attempt that was
/// under way for an hour is refused like any other.
/// </remarks>
internal sealed class OperationTable(int capacity)
{
    private readonly Dictionary<OperationId, Entry> _results = [];
    private readonly Queue<Entry> _order = new();

    /// <summary>An operation, where in the log it is, and what it was answered.</summary>
    public readonly record struct Entry(OperationId Operation, LogPosition Position, ReadOnlyMemory<byte> Result);

    /// <summary>The position of the last operation that is not remembered any more.</summary>
    public LogPosition Forgotten { get; private set; }

    public void Add(in LogRecord record)
    {
        if (!record.Operation.IsNone)
        {
            Add(new Entry(record.Operation, record.Position, record.Result));
        }
    }

    public bool TryFind(OperationId operation, out Entry entry) => _results.TryGetValue(operation, out entry);

    /// <summary>The operations up to a position, the oldest first.</summary>
    public Entry[] UpTo(LogPosition position) => [.. _order.Where(entry => entry.Position <= position)];

    /// <summary>Takes over what another copy remembered.</summary>
    public void Load(Entry[] entries, LogPosition forgotten)
    {
        Clear();
        Forgotten = forgotten;
        foreach (var entry in entries)
        {
            Add(entry);
        }
    }

    public void Clear()
    {
        _results.Clear();
        _order.Clear();
        Forgotten = default;
    }

    private void Add(in Entry entry)
    {
        if (_order.Count == capacity)
        {
            var oldest = _order.Dequeue();
            Forgotten = oldest.Position > Forgotten ? oldest.Position : Forgotten;
            if (_results.TryGetValue(oldest.Operation, out var found) && found.Position == oldest.Position)
            {
                _results.Remove(oldest.Operation);
            }
        }

        _order.Enqueue(entry);
        _results[entry.Operation] = entry;
    }
}
