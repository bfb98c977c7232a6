using System.Runtime.InteropServices;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// What each operation writes in its shard, with a cache line of room before and behind it. Beside it on a line, all that is only read of a shard would
/// have to come from the other processor each time: a sixth of the time of reads by two threads (decision 0032).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine + UsedBytes + CacheLine)]
internal struct ShardState
{
    private const int CacheLine = 64;
    private const int UsedBytes = 64;

    [FieldOffset(CacheLine)]
    public ShortLock Lock;

    [FieldOffset(CacheLine + 4)]
    public bool IsClosed;

    /// <summary>Nobody reads it: see <see cref="Shard.PrefetchState"/>.</summary>
    [FieldOffset(CacheLine + 5)]
    public bool IsWanted;

    [FieldOffset(CacheLine + 8)]
    public ShardCounts Counts;

    [FieldOffset(CacheLine + 56)]
    public long LastVersion;
}
