using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Index;

/// <summary>
/// What stood in buckets that are being split or joined: references, and the chained buckets, which are used again because memory might
/// not be granted a second time. On the stack but for chains longer than anybody without the seed can make.
/// </summary>
internal ref struct BucketContents(Span<uint> references, Span<uint> spares)
{
    /// <summary>The length that the caller's spans have.</summary>
    public const int Usual = 64;

    private Span<uint> _spares = spares;
    private Span<uint> _references = references;
    private int _count;
    private int _spareCount;

    public readonly ReadOnlySpan<uint> References => _references[.._count];

    public void Add(uint reference) => Push(ref _references, ref _count, reference);

    public void AddSpare(uint bucket) => Push(ref _spares, ref _spareCount, bucket);

    public uint TakeSpare() => _spares[--_spareCount];

    /// <summary>Gives back the chained buckets that were not needed again.</summary>
    public void Release(CacheArena arena)
    {
        while (_spareCount > 0)
        {
            arena.Free(TakeSpare());
        }
    }

    private static void Push(ref Span<uint> to, ref int count, uint item)
    {
        if (count == to.Length)
        {
            var longer = new uint[to.Length * 2];
            to.CopyTo(longer);
            to = longer;
        }

        to[count++] = item;
    }
}
