using System.Runtime.InteropServices;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Contracts.Tests.Wire;

/// <summary>The bytes of feeds and of tags: see docs/formats/feed.md and docs/formats/batch.md.</summary>
public sealed class FeedFormatTests
{
    [Fact]
    public void Event_HasTheGoldenBytes()
    {
        FeedEvent[] events = [new FeedEvent(0x1122334455667788, 0x0102030405060708, 3), new FeedEvent(0, FeedEvent.All, 1, FeedEventKind.Tags)];

        Assert.Equal(
            "8877665544332211" + "0807060504030201" + "03000000" + "00000000" + "0000000000000000" + "FFFFFFFFFFFFFF7F" + "01000000" + "01000000",
            Convert.ToHexString(MemoryMarshal.AsBytes(events.AsSpan())));
        Assert.Equal(2, (int)FeedEventKind.All);
    }

    [Fact]
    public void Hash_OfKeysAndTags_IsTheSameInAllVersions()
    {
        Assert.Equal(GoldenHash, FeedHash.Of("key"u8).ToString("X16", null));
        var section = new byte[TagSection.BytesOf(1)];
        TagSection.Write(section, ["key"u8.ToArray()]);
        Assert.Equal("01" + Convert.ToHexString(BitConverter.GetBytes(FeedHash.Of("key"u8))), Convert.ToHexString(section));
    }

    private const string GoldenHash = "6C2F103BCC2C11B1";
}
