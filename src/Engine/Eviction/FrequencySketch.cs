using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// Estimates how often hashes were seen lately: a count-min sketch of 4-bit counters (Cormode and Muthukrishnan, 2005), halved once in every ten
/// times as many sightings as there are entries (Einziger, Friedman and Manes, "TinyLFU", ACM TOS 2017).
/// </summary>
/// <remarks>
/// 1. A hash has four counters, all in one line of 64 bytes, so a sighting costs one load from memory. 2. Halving goes line by line, a few at
/// each sighting; lines that it has not come to yet are read as if it had, so nobody notices and nobody waits. 3. There is a line for each
/// eight entries, and never less than a block of them. As entries come, lines are split, a few at each sighting (linear hashing: Litwin, VLDB
/// 1980): both halves keep what the one had counted for them together, shared equally and rounded up, so what is known of a key survives
/// growth. 4. Where memory is refused, everything was seen 0 times. Under the lock of the eviction policy.
/// </remarks>
internal sealed unsafe class FrequencySketch(CacheArena arena)
{
    /// <summary>Lines that one sighting halves at most.</summary>
    public const int HalvedPerSighting = 4;

    /// <summary>Lines that one sighting splits at most.</summary>
    public const int SplitPerSighting = 2;

    /// <summary>The highest count.</summary>
    public const int Most = 15;

    private const int LineBytes = 64;
    private const int WordsPerLine = LineBytes / sizeof(ulong);
    private const int FirstLines = 64;
    private const int EntriesPerLine = 8;
    private const int Rows = 4;
    private const int CounterBits = 5 * Rows;
    private const int SampleFactor = 10;

    // Fewer would have forgotten a key before it comes again, however often it comes: history of 256 entries costs small caches next to nothing.
    private const int LeastEntries = 256;
    private const ulong HalvedBits = 0x7777777777777777;
    private const ulong LowestBits = 0x1111111111111111;

    private readonly RowBlocks _lines = new(arena, LineBytes);
    private long _level;
    private long _sightings;

    /// <summary>How many lines there are.</summary>
    public long Lines => _lines.Count;

    /// <summary>How many lines the halving has come to; all of them when it is done.</summary>
    public long Halved { get; private set; }

    /// <summary>What the sketch holds on the managed heap.</summary>
    public long ManagedBytes => _lines.ManagedBytes;

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Clear()
    {
        _lines.Clear();
        _sightings = 0;
        Halved = 0;
    }

    /// <summary>Notes a sighting.</summary>
    /// <remarks><paramref name="entries"/>: How many entries there are: ten times that many sightings later everything is halved.</remarks>
    public void See(ulong hash, long entries)
    {
        Grow(entries);
        var number = LineOf(hash);
        var line = (ulong*)_lines.FindOrCreate(number);
        if (line == null)
        {
            return;
        }

        // A line that halving has not come to yet will lose half of what is added now.
        var one = number >= Halved ? 2 : 1;
        var added = false;
        for (var row = 0; row < Rows; row++)
        {
            ref var counters = ref line[WordOf(hash, row, out var shift)];
            var count = (int)(counters >> shift) & Most;
            if (count < Most)
            {
                counters += (ulong)Math.Min(one, Most - count) << shift;
                added = true;
            }
        }

        if (added && ++_sightings >= Math.Max(entries, LeastEntries) * SampleFactor && Halved == Lines)
        {
            _sightings = 0;
            Halved = 0;
        }

        Halve();
    }

    /// <summary>How often a hash was seen, 0 to <see cref="Most"/>; rather too high than too low.</summary>
    public int CountOf(ulong hash)
    {
        if (Lines == 0)
        {
            return 0;
        }

        var number = LineOf(hash);
        var line = (ulong*)_lines.Find(number);
        if (line == null)
        {
            return 0;
        }

        var least = Most;
        for (var row = 0; row < Rows; row++)
        {
            least = Math.Min(least, (int)(line[WordOf(hash, row, out var shift)] >> shift) & Most);
        }

        return number >= Halved ? least / 2 : least;
    }

    /// <summary>The lowest bits that number the next power of two of lines, or one bit less where that line does not exist yet.</summary>
    private long LineOf(ulong hash)
    {
        var line = (long)(hash >> CounterBits) & ((2 * _level) - 1);
        return line < Lines ? line : line - _level;
    }

    /// <summary>Each row has two of the line's eight words, 32 counters; five bits of the hash choose among them.</summary>
    private static int WordOf(ulong hash, int row, out int shift)
    {
        var bits = (int)(hash >> (row * 5)) & 31;
        shift = (bits & 15) * 4;
        return (row * 2) + (bits >> 4);
    }

    /// <summary>Not while halving is under way: a new last line would be halved twice.</summary>
    private void Grow(long entries)
    {
        if (Lines == 0)
        {
            _lines.Start(FirstLines);
            _level = FirstLines;
            Halved = FirstLines;
        }

        for (var split = 0; split < SplitPerSighting && Halved == Lines && Lines * EntriesPerLine < entries; split++)
        {
            var line = (ulong*)_lines.Find(Lines - _level);
            _lines.Extend();
            _level = Lines == 2 * _level ? Lines : _level;
            Halved = Lines;
            var added = line == null ? null : (ulong*)_lines.FindOrCreate(Lines - 1);
            for (var word = 0; added != null && word < WordsPerLine; word++)
            {
                line[word] = ((line[word] >> 1) & HalvedBits) + (line[word] & LowestBits);
                added[word] = line[word];
            }
        }
    }

    private void Halve()
    {
        for (var halved = 0; halved < HalvedPerSighting && Halved < Lines; halved++, Halved++)
        {
            var line = (ulong*)_lines.Find(Halved);
            for (var word = 0; line != null && word < WordsPerLine; word++)
            {
                line[word] = (line[word] >> 1) & HalvedBits;
            }
        }
    }
}
