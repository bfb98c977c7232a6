using System.IO.Hashing;

namespace Orleans.Cache.Engine.Invalidation;

/// <summary>
/// The hash by which invalidations name keys: XXH3 with a seed that all silos and clients of all versions share. Who chooses keys that
/// collide gains nothing but that they are invalidated together.
/// </summary>
internal static class FeedHash
{
    private const long Seed = 0x4F43_4E65_6172;

    public static ulong Of(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key, Seed);
}
