using System.Text;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Client.Caching;

/// <summary>Checks tags, and turns them into bytes.</summary>
internal static class TagList
{
    /// <summary>Stands for all entries of a cache, tagged or not.</summary>
    public const string Everything = "*";

    private const int MostBytes = 256;

    // Lone surrogates would all be encoded as the same replacement character, so two different tags would be one.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The section of an entry's tags, with a value behind it.</summary>
    /// <exception cref="CacheRequestException">There are too many, or one is no tag.</exception>
    public static byte[] Before(IReadOnlyList<string> tags, ReadOnlySpan<byte> value)
    {
        var hashes = Encode(tags);
        var bytes = GC.AllocateUninitializedArray<byte>(TagSection.BytesOf(hashes.Length) + value.Length);
        TagSection.Write(bytes, hashes);
        value.CopyTo(bytes.AsSpan(bytes.Length - value.Length));
        return bytes;
    }

    private static byte[][] Encode(IReadOnlyList<string> tags)
    {
        if (tags.Count > TagSection.MostTags)
        {
            throw CacheRequestException.TooManyTags(tags.Count, TagSection.MostTags);
        }

        var encoded = new byte[tags.Count][];
        for (var index = 0; index < encoded.Length; index++)
        {
            encoded[index] = Encode(tags[index]);
        }

        return encoded;
    }

    private static byte[] Encode(string tag)
    {
        if (string.IsNullOrEmpty(tag) || tag == Everything)
        {
            throw CacheRequestException.InvalidTag(tag, MostBytes);
        }

        try
        {
            var bytes = StrictUtf8.GetBytes(tag);
            return bytes.Length <= MostBytes ? bytes : throw CacheRequestException.InvalidTag(tag, MostBytes);
        }
        catch (EncoderFallbackException)
        {
            throw CacheRequestException.InvalidTag(tag, MostBytes);
        }
    }
}
