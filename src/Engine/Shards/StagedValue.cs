namespace Orleans.Cache.Engine.Shards;

/// <summary>A large value on its way into the silo. Under <see cref="Lock"/>, except where a member says otherwise.</summary>
internal sealed class StagedValue(CacheStore store, int length)
{
    private readonly List<(int From, int To)> _received = [];
    private long _until;

    public Lock Lock { get; } = new();

    public CacheStore Store => store;

    public int Length => length;

    /// <summary>Where it lies; 0: nowhere yet, or no more.</summary>
    public nint Address { get; set; }

    /// <summary>Whether it was used, or given up. It is remembered for a while even so: a chunk that comes late must not begin it again.</summary>
    public bool IsOver { get; set; }

    /// <summary>When it is forgotten, in milliseconds of the shard clock. Read without the lock.</summary>
    public long Until
    {
        get => Volatile.Read(ref _until);
        set => Volatile.Write(ref _until, value);
    }

    public bool IsComplete => _received is [{ From: 0 } only] && only.To == length;

    /// <summary>Copies a chunk to its place, the same one perhaps again.</summary>
    public unsafe void Add(int offset, ReadOnlySpan<byte> chunk)
    {
        chunk.CopyTo(new Span<byte>((byte*)Address + offset, chunk.Length));
        var (from, to) = (offset, offset + chunk.Length);
        for (var index = _received.Count - 1; index >= 0; index--)
        {
            var known = _received[index];
            if (known.From <= to && from <= known.To)
            {
                (from, to) = (Math.Min(from, known.From), Math.Max(to, known.To));
                _received.RemoveAt(index);
            }
        }

        _received.Add((from, to));
    }
}
