using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// Which tags were removed of a shard, and when: in versions, which rise with every write of a partition and are the same on all of its
/// copies. An entry is gone if one of its tags was removed under a version that is not below its own, so that nobody looks for it. Under the shard's lock.
/// </summary>
internal sealed class TagRemovals
{
    /// <summary>More are not kept: what they removed is looked for then, and dropped.</summary>
    public const int Most = 1024;

    private readonly Dictionary<ulong, long> _removed = [];
    private long _clearedAt;

    /// <summary>Whether there are too many.</summary>
    public bool AreTooMany => _removed.Count > Most;

    public void Add(ReadOnlySpan<byte> tags, long version)
    {
        for (var index = 0; index < TagSection.CountOf(tags); index++)
        {
            _removed[TagSection.HashAt(tags, index)] = version;
        }
    }

    /// <summary>All entries were removed.</summary>
    public void AddAll(long version) => _clearedAt = Math.Max(_clearedAt, version);

    /// <summary>Whether an entry was removed.</summary>
    public bool Covers(EntryPointer entry)
    {
        var version = entry.Version;
        if (version <= _clearedAt)
        {
            return true;
        }

        var tags = entry.Tags;
        for (var index = 0; index < TagSection.CountOf(tags); index++)
        {
            if (_removed.TryGetValue(TagSection.HashAt(tags, index), out var removed) && version <= removed)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Forgets all: nothing is left that they remove.</summary>
    public void Clear() => _removed.Clear();
}
