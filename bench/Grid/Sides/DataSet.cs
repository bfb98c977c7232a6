using System.Globalization;
using System.Text;

namespace Orleans.Cache.GridBench.Sides;

/// <summary>What every side holds before it is measured: the keys that <c>redis-benchmark</c> uses, with values of the same size.</summary>
internal static class DataSet
{
    public const int Keys = 100_000;
    public const int KeyBytes = 16;

    // Prime to the number of keys, so that as many different keys follow one another.
    private const int Stride = 7919;

    private static readonly Lazy<CacheKey[]> LazyCacheKeys = new(static () => [.. Enumerable.Range(0, Keys).Select(static number => new CacheKey(Name(number)))]);
    private static readonly Lazy<byte[]> LazyKeyText = new(static () => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, Keys).Select(Name))));

    /// <summary>The n-th key for the grid: made once, as an application has its keys from elsewhere.</summary>
    public static CacheKey[] CacheKeys => LazyCacheKeys.Value;

    /// <summary>The n-th key as text.</summary>
    public static ReadOnlySpan<byte> KeyText(int number) => LazyKeyText.Value.AsSpan(number * KeyBytes, KeyBytes);

    public static byte[] Value(int bytes) => [.. Enumerable.Repeat((byte)'x', bytes)];

    /// <summary>Another key, and another again: no key comes twice before all have come.</summary>
    public static int Following(int number) => (number + Stride) % Keys;

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"key:{number:D12}");
}
