using System.Collections.Concurrent;
using Orleans.Cache.Client.Caching;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.HotKeys;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.HotKeys;

namespace Orleans.Cache.Client.HotKeys;

/// <summary>The copies that a silo has of one cache's hot keys: see <see cref="HotCopies"/>. Safe for any number of threads.</summary>
internal sealed class CacheHotCopies(NamedCache cache, NearCache near, Func<OperationRouter> router)
{
    /// <summary>The reads of so many keys are counted at once; of others the owner is told nothing.</summary>
    private const int MostCounted = 1024;

    private readonly ConcurrentDictionary<ulong, bool> _fetching = new();
    private readonly ConcurrentDictionary<ulong, Counted> _counted = new();

    /// <summary>As <see cref="HotCopies.TryRead(string, ReadOnlySpan{byte}, ref ShardResult)"/>.</summary>
    public ReadOnlyMemory<byte>? TryRead(ReadOnlySpan<byte> key, ref ShardResult result)
    {
        if (near.FindCopy(key, out var now, out var fill) is not { } copy)
        {
            if (fill.IsWanted && _fetching.TryAdd(fill.Hash, true))
            {
                _ = FetchAsync(key.ToArray(), fill);
            }

            return null;
        }

        if (HotSampling.IsDue())
        {
            Count(fill.Hash, key);
        }

        result = new ShardResult
        {
            Status = OperationStatus.Done,
            Version = copy.Version,
            Number = copy.DiesAt == long.MaxValue ? ShardOperation.Forever : copy.DiesAt - now,
            IsNull = copy.IsNull,
            LoadCost = copy.LoadCost,
            IsTagged = copy.TagRemovals >= 0,
            IsCopy = true,
        };
        return copy.Value;
    }

    /// <summary>As <see cref="HotCopies.TakeReads"/>.</summary>
    public IEnumerable<HotKeyReads> TakeReads()
    {
        foreach (var (hash, counted) in _counted)
        {
            if (counted.Take() is > 0 and var reads)
            {
                yield return new HotKeyReads(cache.Name, counted.Key, reads);
            }
            else
            {
                _counted.TryRemove(hash, out _);
            }
        }
    }

    private void Count(ulong hash, ReadOnlySpan<byte> key)
    {
        if (!_counted.TryGetValue(hash, out var counted))
        {
            if (_counted.Count >= MostCounted)
            {
                return;
            }

            counted = _counted.GetOrAdd(hash, new Counted(key.ToArray()));
        }

        counted.Add(HotSampling.Reads);
    }

    /// <summary>Reads the key from its owner, and keeps what it says. Who asked has been answered already.</summary>
    private async Task FetchAsync(byte[] key, NearFill fill)
    {
        try
        {
            // Not on the thread of a batch, which others wait for.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var operations = router();
            var get = OperationFactory.Get(key, operations.Limits, operations.MaxWholeValueBytes);
            near.Keep(fill, key, OperationOutcome.ToEntry(await operations.ExecuteAsync(cache, get, CancellationToken.None).ConfigureAwait(false)));
        }
        catch (CacheException)
        {
            // Whoever asks next begins it again.
        }
        finally
        {
            _fetching.TryRemove(fill.Hash, out _);
        }
    }

    private sealed class Counted(byte[] key)
    {
        private long _reads;

        public byte[] Key => key;

        public void Add(long reads) => Interlocked.Add(ref _reads, reads);

        public long Take() => Interlocked.Exchange(ref _reads, 0);
    }
}
