using Orleans.Cache.Client.Caching;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Contracts.HotKeys;

namespace Orleans.Cache.Client.HotKeys;

/// <summary>Tells the silos which keys somebody wants hot. Safe for any number of threads.</summary>
internal sealed class HotKeyPins(ITopologySource topology, TimeProvider time)
{
    /// <summary>Pins a key on every silo, or ends that. A silo that does not answer learns of it from the others.</summary>
    public async ValueTask SetAsync(string cache, CacheKey key, bool isPinned, CancellationToken cancellationToken)
    {
        var snapshot = await topology.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var bytes = Check(cache, key, snapshot);
        var silos = await CacheGridClient.AskAllAsync(snapshot, static async door => await door.GetHotKeysAsync().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

        // Above all that the silos know, whatever clock that was said by.
        var newest = silos.SelectMany(static silo => silo.Pins).Where(pin => pin.Cache == cache && pin.Key.AsSpan().SequenceEqual(bytes)).Select(static pin => pin.Version).DefaultIfEmpty().Max();
        HotPin[] pins = [new(cache, bytes, isPinned, Math.Max(newest + 1, time.GetUtcNow().ToUnixTimeMilliseconds()))];
        var answers = await CacheGridClient.AskAllAsync(snapshot, async door => (object)await door.PinAsync(pins).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (answers.Length == 0)
        {
            throw new CacheUnavailableException("No silo of the grid could be told. Try again when they can be reached.");
        }

        if (answers.Contains(false))
        {
            throw CacheRequestException.TooManyPinned(cache);
        }
    }

    private static byte[] Check(string cache, CacheKey key, GridSnapshot snapshot)
    {
        if (!snapshot.HasCache(cache))
        {
            throw CacheRequestException.UnknownCache(cache, snapshot.Caches);
        }

        if (snapshot.NearCacheOf(cache).HotCopies == 0)
        {
            throw CacheRequestException.NoHotKeys(cache);
        }

        if (key.IsEmpty)
        {
            throw CacheRequestException.EmptyKey();
        }

        var bytes = key.ToArray();
        return bytes.Length <= snapshot.Limits.MaxKeyBytes ? bytes : throw CacheRequestException.KeyTooLong(bytes.Length, snapshot.Limits.MaxKeyBytes);
    }
}
