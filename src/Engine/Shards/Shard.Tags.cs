using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <content>Entries that are removed by their tags.</content>
internal sealed partial class Shard
{
    private TagRemovals? _removals;

    /// <summary>Whether an entry's time is over, or one of its tags was removed.</summary>
    private bool IsGoneLocked(EntryPointer entry, long now) => entry.Expiry <= now || (_removals is not null && _removals.Covers(entry));

    /// <summary>Removes all entries with one of some tags, or all entries there are.</summary>
    private void RemoveTagsLocked(in ShardOperation operation, ReadOnlySpan<byte> value, ref BatchMoment moment, ref ShardResult result)
    {
        ReadOnlySpan<byte> tags = default;
        if (operation.Kind == OperationKind.RemoveTags && !(TagSection.TrySplit(value, out tags, out var rest) && rest.IsEmpty))
        {
            result.Status = OperationStatus.Invalid;
            return;
        }

        store.Loads.SpoilAll();
        result.Version = Math.Max(_state.LastVersion + 1, moment.Version());
        result.Status = OperationStatus.Done;
        NoteRemovalLocked(tags, result.Version);
        store.Events?.Add(tags.IsEmpty ? CacheEventKind.Cleared : CacheEventKind.TagsRemoved, tags, 0);
    }

    private void ApplyRemovalLocked(in EntryChange change)
    {
        if (change.Kind == ChangeKind.Clear || TagSection.TrySplit(change.Value, out _, out _))
        {
            NoteRemovalLocked(change.Kind == ChangeKind.Clear ? default : change.Value, change.Version);
        }
    }

    private void NoteRemovalLocked(ReadOnlySpan<byte> tags, long version)
    {
        _state.LastVersion = Math.Max(_state.LastVersion, version);
        if (_entries.Index.Count == 0)
        {
            // What comes later has a higher version.
            return;
        }

        _removals ??= new TagRemovals();
        if (tags.IsEmpty)
        {
            _removals.AddAll(version);
        }
        else
        {
            _removals.Add(tags, version);
        }

        if (_removals.AreTooMany)
        {
            DropRemovedLocked(_removals);
            _removals.Clear();
        }
    }

    private void DropRemovedLocked(TagRemovals removals)
    {
        var all = new List<uint>();
        for (uint bucket = 0; bucket < _entries.Index.Buckets; bucket++)
        {
            _entries.Index.CopyReferences(bucket, all);
        }

        foreach (var reference in all)
        {
            var entry = _entries[reference];
            if (removals.Covers(entry))
            {
                DropExpiredLocked(reference, store.Hash.Of(entry.Key));
            }
        }
    }
}
