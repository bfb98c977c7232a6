namespace Orleans.Cache.GridBench.HotKeys;

/// <summary>The keys of the benchmark: the hot one, and all others.</summary>
internal static class HotKeySet
{
    private const int OtherKeys = 10_000;
    private const int HotPercent = 80;

    public static CacheKey[] Create() => [.. Enumerable.Range(0, OtherKeys + 1).Select(static key => (CacheKey)$"session:{key:0000000000000000}")];

    /// <summary>Four of five times the hot key, else one of the others.</summary>
    public static CacheKey Draw(CacheKey[] keys, Random random) => keys[random.Next(100) < HotPercent ? 0 : random.Next(1, keys.Length)];
}
