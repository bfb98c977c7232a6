using Orleans.Cache.Contracts.HotKeys;
using Orleans.Cache.Engine.HotKeys;

namespace Orleans.Cache.Grains.HotKeys;

/// <summary>Which keys somebody wants hot, as far as this silo knows: of all silos, for a key may be its own tomorrow. Safe for any number of threads.</summary>
internal sealed class PinnedKeys(HotKeyTables tables, TimeProvider time)
{
    /// <summary>What was unpinned is remembered for so long, so that no silo that missed it brings the pin back.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Cache, CacheKey Key), HotPin> _pins = [];

    /// <summary>All that is known.</summary>
    public HotPin[] All
    {
        get
        {
            lock (_lock)
            {
                var oldest = (time.GetUtcNow() - Memory).ToUnixTimeMilliseconds();
                foreach (var (known, pin) in _pins)
                {
                    if (!pin.IsPinned && pin.Version < oldest)
                    {
                        _pins.Remove(known);
                    }
                }

                return [.. _pins.Values];
            }
        }
    }

    /// <summary>Takes what another process knows, where it is newer.</summary>
    /// <returns>Whether all of it could be taken.</returns>
    public bool Take(HotPin[] pins)
    {
        var areTaken = true;
        lock (_lock)
        {
            foreach (var pin in pins)
            {
                if (pin.Key is { Length: > 0 } && (!_pins.TryGetValue((pin.Cache, pin.Key), out var known) || known.Version < pin.Version))
                {
                    areTaken &= TryTakeLocked(pin);
                }
            }
        }

        return areTaken;
    }

    private bool TryTakeLocked(in HotPin pin)
    {
        if (tables.Find(pin.Cache) is not { } table || !table.Pin(tables.HashOf(pin.Key), pin.Key, pin.IsPinned))
        {
            return false;
        }

        _pins[(pin.Cache, pin.Key)] = pin;
        return true;
    }
}
