using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Shards;

/// <content>What replication asks of a shard: changes for other copies, and taking over theirs.</content>
internal sealed partial class Shard
{
    /// <summary>The highest version that was given or taken over.</summary>
    public long LastVersion => Volatile.Read(ref _state.LastVersion);

    /// <summary>How many entries there are.</summary>
    public long Entries => _entries.Index.Count;

    /// <summary>Bytes of slots and large values.</summary>
    public long EntryBytes => _entries.Bytes;

    public void RaiseVersion(long version)
    {
        Lock.Enter();
        _state.LastVersion = Math.Max(_state.LastVersion, version);
        Lock.Exit();
    }

    /// <summary>Takes over what another copy decided; what expired on the way is no entry.</summary>
    /// <returns>As <see cref="TryExecute"/>.</returns>
    public bool TryApply(in EntryChange change, ulong hash, ref BatchMoment moment, ref ShardResult result, ref OperationProgress progress)
    {
        Lock.Enter();
        try
        {
            if (change.Kind is ChangeKind.Tags or ChangeKind.Clear)
            {
                ApplyRemovalLocked(change);
                result.Status = OperationStatus.Done;
                return true;
            }

            _entries.Index.TryFind(hash, change.Key, out var existing);
            if (change.Kind == ChangeKind.Removal || change.TimeToLive == 0)
            {
                store.Loads.Spoil(change.Key);
                DropLocked(existing, hash);
                result.Status = OperationStatus.Done;
                return true;
            }

            var times = new EntryTimes(
                change.TimeToLive == ShardOperation.Forever ? EntryLayout.Never : Math.Min(moment.Now + change.TimeToLive, EntryLayout.Never - 1),
                change.Sliding,
                change.Mark);
            progress.SlidingAge = change.Sliding - change.SlidingLeft;
            if (change.Kind == ChangeKind.Entry)
            {
                progress.Version = change.Version;
                return TryWriteLocked(change.Key, change.Value, change.Tags, times, existing, hash, ref moment, ref result, ref progress);
            }

            if (existing != 0 && _entries[existing].Version == change.Version)
            {
                _entries.SetAbsolute(existing, hash, times.Absolute, moment.Now - progress.SlidingAge);
            }

            result.Status = OperationStatus.Done;
            return true;
        }
        finally
        {
            Lock.Exit();
        }
    }

    /// <summary>Whether a key has an entry whose expiration begins again with each use.</summary>
    public bool HasSliding(ReadOnlySpan<byte> key, ulong hash)
    {
        Lock.Enter();
        var hasSliding = _entries.Index.TryFind(hash, key, out var reference) && _entries[reference].HasSliding;
        Lock.Exit();
        return hasSliding;
    }

    /// <summary>Drops a key's entry, uncounted.</summary>
    public void Drop(ReadOnlySpan<byte> key, ulong hash)
    {
        Lock.Enter();
        _entries.Index.TryFind(hash, key, out var existing);
        DropLocked(existing, hash);
        Lock.Exit();
    }

    /// <summary>Writes the change that tells an entry to other copies. The caller lets the writer copy large values afterwards.</summary>
    /// <returns>The change; empty if there is no entry.</returns>
    public ReadOnlyMemory<byte> Pack(ChangeKind kind, ReadOnlySpan<byte> key, ulong hash, long now, ChangeWriter writer)
    {
        Lock.Enter();
        try
        {
            return _entries.Index.TryFind(hash, key, out var reference) && !IsGoneLocked(_entries[reference], now)
                ? writer.Write(kind, store.NameBytes, _entries[reference], now)
                : default;
        }
        finally
        {
            Lock.Exit();
        }
    }

    private void DropLocked(uint reference, ulong hash)
    {
        if (reference != 0)
        {
            _entries.Drop(reference, hash);
        }
    }
}
