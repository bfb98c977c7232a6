using System.Diagnostics;

namespace Orleans.Cache.Engine.Replication;

/// <summary>The last records of a partition's log, in order and without gaps, in a ring that grows as needed.</summary>
[DebuggerDisplay("{Base}..{Last}")]
internal sealed class RecordLog
{
    private const int MinCapacity = 16;

    private LogRecord[] _ring = new LogRecord[MinCapacity];
    private LogPosition _base;
    private long _last;

    /// <summary>The position before the first record held.</summary>
    public LogPosition Base => _base;

    /// <summary>The position of the last record, or <see cref="Base"/>.</summary>
    public LogPosition Last => PositionAt(_last);

    public int Count => (int)(_last - _base.Sequence);

    /// <summary>A record by its number, which must be held.</summary>
    public ref readonly LogRecord this[long sequence] => ref _ring[sequence & (_ring.Length - 1)];

    /// <summary>Whether the position of a number is known: of the records held, and of the base.</summary>
    public bool Reaches(long sequence) => sequence >= _base.Sequence && sequence <= _last;

    /// <summary>The position of a number that <see cref="Reaches"/> affirms.</summary>
    public LogPosition PositionAt(long sequence) => sequence == _base.Sequence ? _base : this[sequence].Position;

    /// <summary>Adds the next record.</summary>
    /// <exception cref="InvalidOperationException">Its number is not the next.</exception>
    public void Append(in LogRecord record)
    {
        if (record.Position.Sequence != _last + 1)
        {
            throw new InvalidOperationException($"record {record.Position} cannot follow {Last}: a log has no gaps");
        }

        if (Count == _ring.Length)
        {
            Grow();
        }

        _last++;
        _ring[_last & (_ring.Length - 1)] = record;
    }

    /// <summary>Drops the records after a number.</summary>
    public void CutAfter(long sequence)
    {
        for (; _last > sequence; _last--)
        {
            _ring[_last & (_ring.Length - 1)] = default;
        }
    }

    /// <summary>Forgets the records up to a number.</summary>
    public void ForgetUpTo(long sequence)
    {
        if (sequence <= _base.Sequence)
        {
            return;
        }

        var position = PositionAt(sequence);
        for (var forgotten = _base.Sequence + 1; forgotten <= sequence; forgotten++)
        {
            _ring[forgotten & (_ring.Length - 1)] = default;
        }

        _base = position;
    }

    /// <summary>Begins anew after a position.</summary>
    public void Reset(LogPosition position)
    {
        Array.Clear(_ring);
        _base = position;
        _last = position.Sequence;
    }

    private void Grow()
    {
        var larger = new LogRecord[_ring.Length * 2];
        for (var sequence = _base.Sequence + 1; sequence <= _last; sequence++)
        {
            larger[sequence & (larger.Length - 1)] = this[sequence];
        }

        _ring = larger;
    }
}
