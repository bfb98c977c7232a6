using System.IO.Hashing;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Repair;

/// <summary>Hashes of entries that are the same on every silo: of the key, and of what the key has. Pure. XxHash3 of Yann Collet, seed 0 for keys.</summary>
internal static class EntryDigest
{
    /// <summary>The leaves of a copy's hash tree: what is compared, and mended, at a time.</summary>
    public const int Buckets = 64;

    /// <summary>The key's own hash; the one of the index differs from process to process.</summary>
    public static ulong OfKey(EntryPointer entry) => XxHash3.HashToUInt64(entry.Key);

    /// <summary>The bucket of a key.</summary>
    public static int BucketOf(ulong keyHash) => (int)(keyHash >> 58);

    /// <summary>Of version, value, tags, and the mark of one that was loaded. Times do not count: copies count them by their own clocks.</summary>
    public static ulong OfEntry(EntryPointer entry, ulong keyHash)
    {
        var digest = XxHash3.HashToUInt64(entry.Value, unchecked((long)(keyHash + entry.Mark.Bits) + (entry.Version * 0x2545F4914F6CDD1D)));
        return entry.IsTagged ? XxHash3.HashToUInt64(entry.Tags, unchecked((long)digest)) : digest;
    }
}
