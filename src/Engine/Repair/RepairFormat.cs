using System.Buffers.Binary;

namespace Orleans.Cache.Engine.Repair;

/// <summary>What stands in the value of a change that compares copies: see docs/formats/change.md. Numbers are little-endian. Append-only.</summary>
internal static class RepairFormat
{
    private const int HeadBytes = 1 + sizeof(ulong);
    private const int EntryBytes = 2 * sizeof(ulong);

    /// <summary>The bytes of a tree's leaves.</summary>
    public static byte[] WriteDigests(ReadOnlySpan<ulong> digests)
    {
        var bytes = new byte[digests.Length * sizeof(ulong)];
        for (var bucket = 0; bucket < digests.Length; bucket++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bucket * sizeof(ulong)), digests[bucket]);
        }

        return bytes;
    }

    /// <summary>The buckets that are not as here, a bit for each. What has another number of leaves is not compared.</summary>
    public static ulong FindDifferences(ReadOnlySpan<byte> theirs, ReadOnlySpan<ulong> digests)
    {
        var differences = 0UL;
        for (var bucket = 0; theirs.Length == digests.Length * sizeof(ulong) && bucket < digests.Length; bucket++)
        {
            differences |= BinaryPrimitives.ReadUInt64LittleEndian(theirs[(bucket * sizeof(ulong))..]) == digests[bucket] ? 0 : 1UL << bucket;
        }

        return differences;
    }

    /// <summary>The bytes of a list of the entries of buckets.</summary>
    public static byte[] WriteListing(ListingUses uses, ulong buckets, Dictionary<ulong, ulong> entries)
    {
        var bytes = new byte[HeadBytes + (entries.Count * EntryBytes)];
        bytes[0] = (byte)uses;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1), buckets);
        var end = HeadBytes;
        foreach (var (key, entry) in entries)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(end), key);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(end + sizeof(ulong)), entry);
            end += EntryBytes;
        }

        return bytes;
    }

    /// <summary>Reads such a list.</summary>
    /// <exception cref="InvalidDataException">The bytes are none.</exception>
    public static Dictionary<ulong, ulong> ReadListing(ReadOnlySpan<byte> bytes, out ListingUses uses, out ulong buckets)
    {
        if (bytes.Length < HeadBytes || (bytes.Length - HeadBytes) % EntryBytes != 0)
        {
            throw new InvalidDataException("the bytes are no list of entries");
        }

        uses = (ListingUses)bytes[0];
        buckets = BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]);
        var entries = new Dictionary<ulong, ulong>();
        for (bytes = bytes[HeadBytes..]; bytes.Length > 0; bytes = bytes[EntryBytes..])
        {
            entries[BinaryPrimitives.ReadUInt64LittleEndian(bytes)] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]);
        }

        return entries;
    }
}
