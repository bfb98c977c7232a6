using System.Text;

namespace Orleans.Cache.Engine.Tests.Keys;

public sealed class CacheKeyTests
{
    [Theory]
    [InlineData("user:42")]
    [InlineData("grüße")]
    [InlineData("鍵")]
    [InlineData("🗝️ and {tag}")]
    [InlineData("\0")]
    public void Equals_TextAndItsUtf8Bytes_AreOneKey(string text)
    {
        CacheKey fromText = text;
        CacheKey fromBytes = Encoding.UTF8.GetBytes(text);

        Assert.True(fromText == fromBytes);
        Assert.True(fromBytes.Equals(fromText));
        Assert.True(fromText.Equals((object)fromBytes));
        Assert.Equal(fromText.GetHashCode(), fromBytes.GetHashCode());
        Assert.Equal(fromText.ByteCount, fromBytes.ByteCount);
        Assert.Equal(fromText.ToArray(), fromBytes.ToArray());
        Assert.Equal(Slot.Of(fromText), Slot.Of(fromBytes));
    }

    // Short texts of ASCII are written by code of their own: every length around its bounds, and every place for a character that it must refuse.
    [Fact]
    public void CopyTo_AnyLength_WritesTheTextsUtf8()
    {
        const string alphabet = "abcdefghijklmnopqrstuvwxyz0123456789{}:/-_.~";
        for (var length = 1; length <= alphabet.Length; length++)
        {
            var text = alphabet[..length];
            AssertUtf8(text);
            for (var place = 0; place < length; place++)
            {
                foreach (var other in "\0\u007f\u0080\u00ff\u0100\u0141\uff61")
                {
                    AssertUtf8(text[..place] + other + text[(place + 1)..]);
                }
            }
        }

        static void AssertUtf8(string text)
        {
            var expected = Encoding.UTF8.GetBytes(text);
            var room = new byte[expected.Length + 1];

            Assert.Equal(expected.Length, new CacheKey(text).CopyTo(room.AsSpan(0, expected.Length)));
            Assert.Equal([.. expected, 0], room);
        }
    }

    [Fact]
    public void CopyTo_TooLittleRoom_IsRefused()
    {
        for (var length = 1; length <= 40; length++)
        {
            CacheKey key = new string('k', length);

            Assert.Throws<ArgumentException>(() => key.CopyTo(new byte[length - 1]));
        }
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a", "A")]
    [InlineData("a", "a ")]
    // The same to a reader, but not the same characters: keys are not normalised.
    [InlineData("\u00e9", "e\u0301")]
    public void Equals_DifferentText_AreDifferentKeys(string left, string right)
    {
        Assert.True(new CacheKey(left) != new CacheKey(right));
        Assert.True(new CacheKey(left) != new CacheKey(Encoding.UTF8.GetBytes(right)));
        Assert.True(new CacheKey(Encoding.UTF8.GetBytes(left)) != new CacheKey(Encoding.UTF8.GetBytes(right)));
    }

    [Fact]
    public void Equals_BytesThatAreNotUtf8_CompareByBytes()
    {
        CacheKey left = new byte[] { 0xFF, 0xFE };
        CacheKey same = new byte[] { 0xFF, 0xFE };
        CacheKey other = new byte[] { 0xFF, 0xFD };

        Assert.Equal(left, same);
        Assert.Equal(left.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(left, other);
        // Both show as replacement characters, which must not make them one key.
        Assert.Equal(left.ToString(), other.ToString());
    }

    [Theory]
    [InlineData(0xD800)]
    [InlineData(0x61, 0xDC00)]
    [InlineData(0xD83D, 0x20, 0xDD11)]
    [InlineData(0xDD11, 0xD83D)]
    public void Bytes_TextWithALoneSurrogate_AreRefused(params int[] characters)
    {
        // As numbers: an attribute's strings are kept in UTF-8, which has no lone surrogates.
        CacheKey key = string.Concat(characters.Select(static character => (char)character));

        Assert.Equal(CacheErrorCode.InvalidKey, Assert.Throws<CacheRequestException>(() => key.ByteCount).Code);
        Assert.Throws<CacheRequestException>(() => key.ToArray());
        Assert.Throws<CacheRequestException>(() => key.CopyTo(new byte[16]));
        Assert.Throws<CacheRequestException>(() => Slot.Of(key));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("grüße", 7)]
    [InlineData("鍵", 3)]
    [InlineData("🗝", 4)]
    public void ByteCount_Text_IsThatOfUtf8(string text, int bytes)
    {
        CacheKey key = text;
        var destination = new byte[16];

        Assert.Equal(bytes, key.ByteCount);
        Assert.Equal(bytes, key.CopyTo(destination));
        Assert.Equal(Encoding.UTF8.GetBytes(text), destination[..bytes]);
    }

    [Fact]
    public void IsEmpty_NothingInAnyForm_IsTrueAndEqual()
    {
        CacheKey[] empty = [default, (string?)null, "", (byte[]?)null, Array.Empty<byte>(), ReadOnlyMemory<byte>.Empty];

        Assert.All(empty, static key => Assert.True(key.IsEmpty));
        Assert.All(empty, static key => Assert.Equal(0, key.ByteCount));
        Assert.All(empty, key => Assert.Equal(empty[0], key));
        Assert.Single(empty.Select(static key => key.GetHashCode()).Distinct());
    }

    [Fact]
    public void IsEmpty_AnyByte_IsFalse()
    {
        Assert.False(new CacheKey("\0").IsEmpty);
        Assert.False(new CacheKey(new byte[1]).IsEmpty);
    }

    [Fact]
    public void CopyTo_TooShortADestination_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new CacheKey("abc").CopyTo(new byte[2]));
        Assert.Throws<ArgumentException>(() => new CacheKey(new byte[3]).CopyTo(new byte[2]));
    }
}
