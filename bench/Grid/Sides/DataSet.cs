using System.Globalization;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>What every side holds before it is measured: the keys that <c>redis-benchmark</c> uses, with values of the same size.</summary>
internal static class DataSet
{
    public const int Keys = 100_000;
    public const int ValueBytes = 100;

    /// <summary>The n-th key, as text: made once, as an application has its keys from elsewhere.</summary>
    public static CacheKey[] CacheKeys { get; } =
        [.. Enumerable.Range(0, Keys).Select(static number => new CacheKey(string.Create(CultureInfo.InvariantCulture, $"key:{number:D12}")))];

    public static ReadOnlyMemory<byte> Value { get; } = Enumerable.Repeat((byte)'x', ValueBytes).ToArray();
}
