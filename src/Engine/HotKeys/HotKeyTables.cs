using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.HotKeys;

/// <summary>The hot keys of all caches of a silo that have them. Safe for any number of threads.</summary>
internal sealed class HotKeyTables
{
    private readonly ShardHost _shards;
    private readonly HotKeyTable?[] _tables;

    /// <param name="shards">The silo's caches.</param>
    /// <param name="time">The clock of rates.</param>
    public HotKeyTables(ShardHost shards, TimeProvider time)
    {
        _shards = shards;
        _tables = [.. shards.CacheNames.Select(name => shards.Settings.Caches[name] is { HotKeys: true } options ? new HotKeyTable(new HotKeyRules(options.HotKeyReadsPerSecond), time) : null)];
    }

    /// <summary>Those of each cache, by its index; <see langword="null"/> where it has none.</summary>
    public HotKeyTable?[] ByCache => _tables;

    /// <summary>The caches that have hot keys.</summary>
    public IEnumerable<(string Cache, HotKeyTable Table)> All
    {
        get
        {
            for (var cache = 0; cache < _tables.Length; cache++)
            {
                if (_tables[cache] is { } table)
                {
                    yield return (_shards.CacheNames[cache], table);
                }
            }
        }
    }

    /// <summary>Those of a cache, by its name.</summary>
    public HotKeyTable? Find(string cache) => _shards.TryFindCache(cache, out var index) ? _tables[index] : null;

    /// <summary>The hash by which keys are known here.</summary>
    public ulong HashOf(ReadOnlySpan<byte> key) => _shards.HashOf(key);

    /// <summary>See <see cref="HotKeyTable.Tick"/>.</summary>
    public void Tick()
    {
        foreach (var table in _tables)
        {
            table?.Tick();
        }
    }
}
