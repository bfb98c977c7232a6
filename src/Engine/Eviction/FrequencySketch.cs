using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// Estimates how often hashes were seen lately: a count-min sketch of 4-bit counters (Cormode and Muthukrishnan, 2005), halved once in every ten
/// times as many sightings as there are entries (Einziger, Friedman and Manes, "TinyLFU", ACM TOS 2017).
/// </summary>
/// <remarks>
/// 1. A hash has four counters, all in one line of 64 bytes, so a sighting costs one load from memory. 2. Halving goes line by line, a few at
/// each sighting; lines that it has not come to yet are read as if it had, so nobody notices and nobody waits. 3. There are 8 to 16
/// bytes for each entry; the sketch starts anew when the entries outgrow it. Where memory is refused, everything was seen 0 times.
/// Under the lock of the eviction policy.
/// </remarks>
internal sealed unsafe class FrequencySketch(CacheArena arena)
{
    private const int LineBytes = 64;
    private const int LinesPerBlock = 4096 / LineBytes;
    private const int BytesPerEntry = 8;
    private const int Rows = 4;
    private const int SampleFactor = 10;
    private const int LinesPerSighting = 4;
    private const int Most = 15;
    private const ulong HalvedBits = 0x7777777777777777;

    private readonly int _blockClass = arena.BlockClassOf(4096);
    private uint[] _blocks = [];
    private long _lines;
    private long _capacity;
    private long _sightings;
    private long _halved;

    /// <summary>How many entries the sketch has room for.</summary>
    public long Capacity => _capacity;

    /// <summary>What the sketch holds on the managed heap.</summary>
    public long ManagedBytes => _blocks.Length * (long)sizeof(uint);

    /// <summary>Starts anew if there are more entries than the sketch has room for.</summary>
    public void Ensure(long entries)
    {
        if (entries <= _capacity)
        {
            return;
        }

        Clear();
        _capacity = Math.Max(LineBytes / BytesPerEntry, entries + (entries / 2));
        _lines = (_capacity * BytesPerEntry / LineBytes) + 1;
        _blocks = new uint[(_lines + LinesPerBlock - 1) / LinesPerBlock];
        _sightings = 0;
        _halved = _lines;
    }

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Clear()
    {
        foreach (var block in _blocks)
        {
            if (block != 0)
            {
                arena.Free(block);
            }
        }

        _blocks = [];
        _capacity = 0;
        _lines = 0;
        _halved = 0;
        _sightings = 0;
    }

    /// <summary>Notes a sighting.</summary>
    /// <remarks><paramref name="entries"/>: How many entries there are: ten times that many sightings later everything is halved.</remarks>
    public void See(ulong hash, long entries)
    {
        var line = LineOf(hash, out var number);
        if (line == null)
        {
            return;
        }

        // A line that halving has not come to yet will lose half of what is added now.
        var one = number >= _halved ? 2 : 1;
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

        if (added && ++_sightings >= entries * SampleFactor && _halved >= _lines)
        {
            _sightings /= 2;
            _halved = 0;
        }

        Halve();
    }

    /// <summary>How often a hash was seen, 0 to 15; rather too high than too low.</summary>
    public int CountOf(ulong hash)
    {
        var line = LineOf(hash, out var number);
        if (line == null)
        {
            return 0;
        }

        var least = Most;
        for (var row = 0; row < Rows; row++)
        {
            least = Math.Min(least, (int)(line[WordOf(hash, row, out var shift)] >> shift) & Most);
        }

        return number >= _halved ? least / 2 : least;
    }

    /// <summary>Each row has two of the line's eight words, 32 counters; five bits of the hash choose among them.</summary>
    private static int WordOf(ulong hash, int row, out int shift)
    {
        var bits = (int)(hash >> (row * 5)) & 31;
        shift = (bits & 15) * 4;
        return (row * 2) + (bits >> 4);
    }

    private void Halve()
    {
        for (var line = 0; line < LinesPerSighting && _halved < _lines; line++, _halved++)
        {
            var block = _blocks[_halved / LinesPerBlock];
            if (block != 0)
            {
                var words = (ulong*)(arena.Pointer(block) + (_halved % LinesPerBlock * LineBytes));
                for (var word = 0; word < LineBytes / sizeof(ulong); word++)
                {
                    words[word] = (words[word] >> 1) & HalvedBits;
                }
            }
        }
    }

    private ulong* LineOf(ulong hash, out long number)
    {
        number = (long)Math.BigMul(hash, (ulong)_lines, out _);
        if (_lines == 0)
        {
            return null;
        }

        ref var block = ref _blocks[number / LinesPerBlock];
        if (block == 0)
        {
            if (!arena.TryAllocate(_blockClass, out block))
            {
                return null;
            }

            new Span<byte>(arena.Pointer(block), 4096).Clear();
        }

        return (ulong*)(arena.Pointer(block) + (number % LinesPerBlock * LineBytes));
    }
}
