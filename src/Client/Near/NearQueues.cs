namespace Orleans.Cache.Client.Near;

/// <summary>
/// Says which near copy goes when there are too many: S3-FIFO, as in the engine, over objects. New entries go through a small queue, and into
/// the main one only if they were read there; who was sent away too early is remembered for a while, and comes back into the main one. Not safe for
/// several threads.
/// </summary>
/// <remarks>Source: Yang, Zhang, Qiu, Yue, Vinayak, "FIFO queues are all you need for cache eviction", SOSP 2023.</remarks>
internal sealed class NearQueues(int maxEntries, long maxBytes)
{
    private const int SmallPart = 10;

    private readonly Queue<ulong> _ghostOrder = new();
    private readonly HashSet<ulong> _ghosts = [];
    private Queue<NearEntry> _small = new();
    private Queue<NearEntry> _main = new();
    private long _smallBytes;

    /// <summary>How many entries there are that are not gone.</summary>
    public int Count { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether something has to go: see <see cref="Next"/>.</summary>
    public bool IsFull => Count > maxEntries || Bytes > maxBytes;

    /// <summary>Adds an entry that has just come into the table.</summary>
    public void Add(NearEntry entry)
    {
        Count++;
        Bytes += entry.Size;
        if (_ghosts.Remove(entry.Hash))
        {
            _main.Enqueue(entry);
        }
        else
        {
            _small.Enqueue(entry);
            _smallBytes += entry.Size;
        }

        if (_small.Count + _main.Count > (2 * Count) + 1024)
        {
            Compact();
        }
    }

    /// <summary>Counts an entry as gone that was taken out of the table.</summary>
    public void Remove(NearEntry entry)
    {
        if (!entry.IsGone)
        {
            entry.IsGone = true;
            Count--;
            Bytes -= entry.Size;
        }
    }

    /// <summary>The entry that goes next. Called while there are some.</summary>
    public NearEntry Next()
    {
        while (true)
        {
            var isSmall = _main.Count == 0 || (_small.Count > 0 && _smallBytes * SmallPart >= Bytes);
            if (isSmall)
            {
                var entry = _small.Dequeue();
                _smallBytes -= entry.Size;
                if (entry.IsGone)
                {
                    continue;
                }

                if (entry.Uses == 0)
                {
                    Remember(entry.Hash);
                    Remove(entry);
                    return entry;
                }

                entry.Uses = 0;
                _main.Enqueue(entry);
                continue;
            }

            var oldest = _main.Dequeue();
            if (oldest.IsGone)
            {
                continue;
            }

            if (oldest.Uses == 0)
            {
                Remove(oldest);
                return oldest;
            }

            oldest.Uses--;
            _main.Enqueue(oldest);
        }
    }

    private void Remember(ulong hash)
    {
        if (_ghosts.Add(hash))
        {
            _ghostOrder.Enqueue(hash);
        }

        while (_ghostOrder.Count > Math.Max(16, Count))
        {
            _ghosts.Remove(_ghostOrder.Dequeue());
        }
    }

    /// <summary>Lets go of entries that are gone: keys that change often would fill the queues with them.</summary>
    private void Compact()
    {
        _small = new Queue<NearEntry>(_small.Where(static entry => !entry.IsGone));
        _main = new Queue<NearEntry>(_main.Where(static entry => !entry.IsGone));
        _smallBytes = _small.Sum(static entry => (long)entry.Size);
    }
}
