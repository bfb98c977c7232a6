using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Repair;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <summary>
/// The entries of one partition, of all its caches, as the replication core sees them. Changes are applied as writes are executed, so each
/// copy evicts and expires for itself; a change that finds no room drops the key's entry, because an older one must not stay.
/// </summary>
/// <remarks>Not safe for several threads; others may read, evict and sweep the same shards meanwhile.</remarks>
internal sealed class PartitionStore(ShardHost shards, int partition, CopyRepair repair, TimeProvider time) : IEntryStore
{
    private const int MaxScanBytes = 1 << 20;

    private readonly ChangeWriter _writer = new();

    /// <inheritdoc/>
    public long VersionFloor => shards.VersionFloorOf(partition);

    /// <summary>Writes the change that makes other copies have the entry of a key as it is here, or none.</summary>
    /// <param name="kind">What is to be told of the entry if it is there still; others may have evicted it.</param>
    /// <param name="store">The cache.</param>
    /// <param name="key">The key.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="now">Milliseconds of the shard clock.</param>
    public ReadOnlyMemory<byte> Pack(ChangeKind kind, CacheStore store, ReadOnlySpan<byte> key, ulong hash, long now)
    {
        var change = kind == ChangeKind.Removal ? default : store.FindShard(partition)?.Pack(kind, key, hash, now, _writer) ?? default;
        _writer.CopyLarge(store);
        return change.IsEmpty ? _writer.WriteRemoval(store.NameBytes, key) : change;
    }

    /// <summary>Writes the change that removes entries by their tags, or all.</summary>
    public ReadOnlyMemory<byte> PackTags(ChangeKind kind, CacheStore store, ReadOnlySpan<byte> key, ReadOnlySpan<byte> tags, long version) =>
        _writer.WriteTags(kind, store.NameBytes, key, tags, version);

    /// <inheritdoc/>
    public void Apply(ReadOnlyMemory<byte> change, long writtenAt)
    {
        var read = ChangeFormat.Read(change.Span);
        if (read.Kind is ChangeKind.Digests or ChangeKind.Listing)
        {
            repair.Take(read);
            return;
        }

        shards.Apply(partition, read.TimeToLive == ShardOperation.Forever ? read : read.Aged((long)time.GetElapsedTime(writtenAt).TotalMilliseconds));
    }

    /// <inheritdoc/>
    public void Scan(ref ulong cursor, int atMost, List<ReadOnlyMemory<byte>> changes)
    {
        long bytes = 0;
        do
        {
            // The cache above, the place in its shard below.
            var (cache, place) = ((int)(cursor >> 32), (uint)cursor);
            var before = changes.Count;
            shards.Scan(cache, partition, ref place, _writer, changes);
            for (; before < changes.Count; before++)
            {
                bytes += changes[before].Length;
            }

            cursor = place != 0 ? ((ulong)cache << 32) | place : cache + 1 < shards.CacheNames.Count ? (ulong)(cache + 1) << 32 : 0;
        }
        while (cursor != 0 && changes.Count < atMost && bytes < MaxScanBytes);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> change) => _writer.Copy(change);

    /// <inheritdoc/>
    public void RaiseVersionFloor(long version) => shards.RaiseVersionFloor(partition, version);

    /// <inheritdoc/>
    public void Clear() => shards.Clear(partition);
}
