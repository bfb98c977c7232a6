using System.Buffers.Binary;
using Orleans.Cache.Engine.Invalidation;

namespace Orleans.Cache.Engine.Shards;

/// <summary>
/// The tags of an entry as bytes: their number, 1 byte, and the 8 bytes of each one's hash. Tags with the same hash are removed together.
/// </summary>
internal static class TagSection
{
    /// <summary>The most tags of an entry, and of a removal.</summary>
    public const int MostTags = 16;

    /// <summary>The bytes of so many tags; none for none.</summary>
    public const int MostBytes = 1 + (MostTags * sizeof(ulong));

    public static int BytesOf(int tags) => tags == 0 ? 0 : 1 + (tags * sizeof(ulong));

    /// <summary>Writes the hashes of tags, each as UTF-8.</summary>
    public static void Write(Span<byte> to, IReadOnlyList<byte[]> tags)
    {
        to[0] = (byte)tags.Count;
        for (var index = 0; index < tags.Count; index++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(to[(1 + (index * sizeof(ulong)))..], FeedHash.Of(tags[index]));
        }
    }

    /// <summary>Takes the section from the front of bytes.</summary>
    /// <returns>Whether there is one.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> section, out ReadOnlySpan<byte> rest)
    {
        section = rest = default;
        if (bytes.IsEmpty || bytes[0] is 0 or > MostTags || bytes.Length < BytesOf(bytes[0]))
        {
            return false;
        }

        section = bytes[..BytesOf(bytes[0])];
        rest = bytes[section.Length..];
        return true;
    }

    /// <summary>How many tags a section has.</summary>
    public static int CountOf(ReadOnlySpan<byte> section) => section.IsEmpty ? 0 : section[0];

    public static ulong HashAt(ReadOnlySpan<byte> section, int index) => BinaryPrimitives.ReadUInt64LittleEndian(section[(1 + (index * sizeof(ulong)))..]);
}
