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

    /// <summary>The bytes of the changes held.</summary>
    public long Bytes { get; private set; }

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
        Bytes += record.Change.Length;
    }

    /// <summary>Moves on to a later number without keeping anything, neither what is held nor records of the numbers passed.</summary>
    public void Skip(LogPosition next)
    {
        if (next.Sequence <= _last)
        {
            throw new InvalidOperationException($"record {next} cannot follow {Last}: a log does not go back");
        }

        ForgetUpTo(_last);
        _base = next;
        _last = next.Sequence;
    }

    /// <summary>Forgets records that were kept long enough.</summary>
    /// <param name="upTo">At most up to here.</param>
    /// <param name="due">Up to here in any case; further while more than <paramref name="bytes"/> are held.</param>
    /// <param name="bytes">How many bytes of changes may stay.</param>
    public void Trim(long upTo, long due, long bytes)
    {
        var oldest = _base.Sequence;
        var left = Bytes;
        while (oldest < upTo && (oldest < due || left > bytes))
        {
            left -= this[++oldest].Change.Length;
        }

        ForgetUpTo(oldest);
    }

    /// <summary>How many records from one on, at least one of them, have so many bytes of changes together.</summary>
    public int CountWithin(long first, int most, long bytes)
    {
        var count = 0;
        for (long taken = 0; count < most && (count == 0 || taken < bytes); count++)
        {
            taken += this[first + count].Change.Length;
        }

        return count;
    }

    /// <summary>Drops the records after a number.</summary>
    public void CutAfter(long sequence)
    {
        for (; _last > sequence; _last--)
        {
            Bytes -= this[_last].Change.Length;
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
            Bytes -= this[forgotten].Change.Length;
            _ring[forgotten & (_ring.Length - 1)] = default;
        }

        _base = position;
    }

    /// <summary>Begins anew after a position.</summary>
    public void Reset(LogPosition position)
    {
        Array.Clear(_ring);
        Bytes = 0;
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
