namespace Orleans.Cache.Engine.Shards;

/// <content>What applications are told.</content>
internal sealed partial class Shard
{
    /// <summary>Tells of an entry that was met and is to be dropped; not of one that a tag had removed, for that was told with its tag.</summary>
    private void TellGoneLocked(uint reference, long now)
    {
        if (store.Events is { } events && _entries[reference] is var entry && entry.Expiry <= now)
        {
            events.AddOwn(CacheEventKind.Expired, partition, entry.Key, entry.Version);
        }
    }

    /// <summary>Tells of an entry that a removal is to drop: if it was kept though its time was over, then only that is told.</summary>
    private void TellRemovedLocked(uint reference, bool isAbsent)
    {
        if (reference != 0 && store.Events is { } events)
        {
            var entry = _entries[reference];
            events.Add(isAbsent ? CacheEventKind.Expired : CacheEventKind.Removed, entry.Key, isAbsent ? entry.Version : 0);
        }
    }
}
