using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <summary>
/// Writes the changes of one copy, one behind the other into arrays of some kilobytes. A log that forgets its records so keeps at most one
/// array more than it needs; with an array for each batch it would keep those of all partitions that the batch touched. Not thread-safe.
/// </summary>
/// <param name="chunkBytes">The size of these arrays.</param>
internal sealed class ChangeWriter(int chunkBytes = ChangeWriter.ChunkBytes)
{
    private const int ChunkBytes = 2048;

    private readonly List<(Memory<byte> To, nint From, int Length)> _large = [];
    private byte[] _chunk = [];
    private int _end;

    /// <summary>Writes the change that takes an entry over, or its times only. Under the lock of the entry's shard.</summary>
    /// <remarks>A large value is held, and copied by <see cref="CopyLarge"/>, which must follow, without that lock.</remarks>
    public ReadOnlyMemory<byte> Write(ChangeKind kind, ReadOnlySpan<byte> cache, EntryPointer entry, long now)
    {
        var times = entry.Times;
        var absolute = entry.StaleFrom > now ? times.Absolute : Math.Min(times.Absolute, entry.Expiry);
        var isLarge = entry.IsLarge && kind == ChangeKind.Entry;
        var change = new EntryChange
        {
            Kind = kind,
            Cache = cache,
            Key = entry.Key,
            Value = kind == ChangeKind.Entry && !isLarge ? entry.Value : default,
            Tags = kind == ChangeKind.Entry ? entry.Tags : default,
            Version = entry.Version,
            TimeToLive = absolute == EntryLayout.Never ? ShardOperation.Forever : Math.Max(0, absolute - now),
            Sliding = times.Sliding,
            SlidingLeft = times.Sliding == 0 ? 0 : Math.Clamp(entry.StaleFrom - now, 0, times.Sliding),
            Mark = times.Mark,
        };
        if (!isLarge)
        {
            return Write(change);
        }

        var head = ChangeFormat.SizeOf(change);
        Memory<byte> whole = GC.AllocateUninitializedArray<byte>(head + entry.ValueLength);
        ChangeFormat.Write(whole.Span[..head], change);
        SlabPool.HoldLarge(entry.LargeAddress);
        _large.Add((whole[head..], entry.LargeAddress, entry.ValueLength));
        return whole;
    }

    /// <summary>Writes that entries were removed by their tags, or all.</summary>
    public ReadOnlyMemory<byte> WriteTags(ChangeKind kind, ReadOnlySpan<byte> cache, ReadOnlySpan<byte> key, ReadOnlySpan<byte> tags, long version) => Write(new EntryChange
    {
        Kind = kind,
        Cache = cache,
        Key = key,
        Value = tags,
        Version = version,
        TimeToLive = ShardOperation.Forever,
        Sliding = 0,
        SlidingLeft = 0,
    });

    public ReadOnlyMemory<byte> WriteRemoval(ReadOnlySpan<byte> cache, ReadOnlySpan<byte> key) => Write(new EntryChange
    {
        Kind = ChangeKind.Removal,
        Cache = cache,
        Key = key,
        Value = default,
        Version = 0,
        TimeToLive = ShardOperation.Forever,
        Sliding = 0,
        SlidingLeft = 0,
    });

    /// <summary>Writes what the owner tells replicas for them to compare.</summary>
    public ReadOnlyMemory<byte> WriteRepair(ChangeKind kind, ReadOnlySpan<byte> cache, ReadOnlySpan<byte> value) => Write(new EntryChange
    {
        Kind = kind,
        Cache = cache,
        Key = default,
        Value = value,
        Version = 0,
        TimeToLive = ShardOperation.Forever,
        Sliding = 0,
        SlidingLeft = 0,
    });

    /// <summary>Nobody looks at the changes any more that were written so far: their place is used again.</summary>
    public void Reuse() => _end = 0;

    /// <summary>Copies a change that somebody else wrote.</summary>
    public ReadOnlyMemory<byte> Copy(ReadOnlyMemory<byte> change)
    {
        var to = Take(change.Length);
        change.CopyTo(to);
        return to;
    }

    /// <summary>Copies the large values of the entries written since, and lets go of them.</summary>
    public unsafe void CopyLarge(CacheStore store)
    {
        foreach (var (to, from, length) in _large)
        {
            new ReadOnlySpan<byte>((byte*)from, length).CopyTo(to.Span);
            store.ReleaseLarge(from, length);
        }

        _large.Clear();
    }

    private ReadOnlyMemory<byte> Write(in EntryChange change)
    {
        var to = Take(ChangeFormat.SizeOf(change));
        ChangeFormat.Write(to.Span, change);
        return to;
    }

    private Memory<byte> Take(int bytes)
    {
        if (bytes > chunkBytes / 2)
        {
            return GC.AllocateUninitializedArray<byte>(bytes);
        }

        if (bytes > _chunk.Length - _end)
        {
            _chunk = GC.AllocateUninitializedArray<byte>(chunkBytes);
            _end = 0;
        }

        var taken = _chunk.AsMemory(_end, bytes);
        _end += bytes;
        return taken;
    }
}
