using System.Buffers.Binary;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <summary>The bytes of a change: see docs/formats/change.md. Append-only under <see cref="Version"/>, guarded by a golden test.</summary>
internal static class ChangeFormat
{
    /// <summary>Raised when bytes of the old form would be misread.</summary>
    public const byte Version = 1;

    private const int HeaderBytes = 16;
    private const byte HasTimeToLive = 1;
    private const byte HasSliding = 2;
    private const byte HasTags = 4;
    private const byte HasMark = 8;

    /// <summary>The bytes of a change.</summary>
    public static int SizeOf(in EntryChange change) =>
        HeaderBytes + TimesBytes(FlagsOf(change)) + change.Tags.Length + change.Cache.Length + change.Key.Length + change.Value.Length;

    /// <summary>Writes a change to bytes of exactly its size.</summary>
    public static void Write(Span<byte> to, in EntryChange change)
    {
        var flags = FlagsOf(change);
        to[0] = Version;
        to[1] = (byte)change.Kind;
        to[2] = flags;
        to[3] = (byte)change.Cache.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], (ushort)change.Key.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(to[6..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], change.Version);
        to = to[HeaderBytes..];
        if ((flags & HasTimeToLive) != 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(to, change.TimeToLive);
            to = to[sizeof(long)..];
        }

        if ((flags & HasSliding) != 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(to, change.Sliding);
            BinaryPrimitives.WriteInt64LittleEndian(to[sizeof(long)..], change.SlidingLeft);
            to = to[(2 * sizeof(long))..];
        }

        if ((flags & HasMark) != 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(to, change.Mark.Bits);
            to = to[LoadMark.SizeInBytes..];
        }

        change.Tags.CopyTo(to);
        to = to[change.Tags.Length..];
        change.Cache.CopyTo(to);
        change.Key.CopyTo(to[change.Cache.Length..]);
        change.Value.CopyTo(to[(change.Cache.Length + change.Key.Length)..]);
    }

    /// <summary>Reads a change.</summary>
    /// <exception cref="InvalidDataException">The bytes are no change of this version; the message says what is wrong.</exception>
    public static EntryChange Read(ReadOnlySpan<byte> bytes)
    {
        Check(bytes.Length >= HeaderBytes, "it ends within its header");
        Check(bytes[0] == Version, "it has another format");
        var kind = (ChangeKind)bytes[1];
        var flags = bytes[2];
        var isRepair = kind is ChangeKind.Digests or ChangeKind.Listing;
        Check(isRepair || kind is >= ChangeKind.Entry and <= ChangeKind.Clear, "it is of no known kind");
        Check((flags & ~(HasTimeToLive | HasSliding | HasTags | HasMark)) == 0, "it is of no known kind");
        int name = bytes[3], key = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        var rest = bytes[HeaderBytes..];
        Check(name > 0 && (key > 0) != isRepair && rest.Length >= TimesBytes(flags) + name + key, "it ends within its names");
        long timeToLive = ShardOperation.Forever, sliding = 0, left = 0;
        LoadMark mark = default;
        if ((flags & HasTimeToLive) != 0)
        {
            timeToLive = BinaryPrimitives.ReadInt64LittleEndian(rest);
            Check(timeToLive >= 0, "its time is negative");
            rest = rest[sizeof(long)..];
        }

        if ((flags & HasSliding) != 0)
        {
            sliding = BinaryPrimitives.ReadInt64LittleEndian(rest);
            left = BinaryPrimitives.ReadInt64LittleEndian(rest[sizeof(long)..]);
            Check(sliding > 0 && left >= 0 && left <= sliding, "its sliding time is none");
            rest = rest[(2 * sizeof(long))..];
        }

        if ((flags & HasMark) != 0)
        {
            mark = new LoadMark(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            Check(mark.IsPresent, "its mark is none");
            rest = rest[LoadMark.SizeInBytes..];
        }

        ReadOnlySpan<byte> tags = default;
        if ((flags & HasTags) != 0)
        {
            Check(TagSection.TrySplit(rest, out tags, out rest) && rest.Length >= name + key, "it ends within its tags");
        }

        return new EntryChange
        {
            Kind = kind,
            Cache = rest[..name],
            Key = rest.Slice(name, key),
            Value = rest[(name + key)..],
            Tags = tags,
            Version = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            TimeToLive = timeToLive,
            Sliding = sliding,
            SlidingLeft = left,
            Mark = mark,
        };
    }

    /// <summary>Whether a change that was written here tells a sliding expiration.</summary>
    public static bool TellsSliding(ReadOnlySpan<byte> bytes) => (bytes[2] & HasSliding) != 0;

    private static byte FlagsOf(in EntryChange change) =>
        (byte)((change.TimeToLive == ShardOperation.Forever ? 0 : HasTimeToLive) | (change.Sliding == 0 ? 0 : HasSliding) | (change.Tags.IsEmpty ? 0 : HasTags)
            | (change.Mark.IsPresent ? HasMark : 0));

    private static int TimesBytes(byte flags) =>
        ((flags & HasTimeToLive) != 0 ? sizeof(long) : 0) + ((flags & HasSliding) != 0 ? 2 * sizeof(long) : 0) + ((flags & HasMark) != 0 ? LoadMark.SizeInBytes : 0);

    private static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException($"the bytes are no change of an entry: {what}");
        }
    }
}
