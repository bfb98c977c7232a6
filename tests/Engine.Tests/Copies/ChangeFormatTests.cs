using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Loading;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>The bytes of changes, as docs/formats/change.md tells them.</summary>
public sealed class ChangeFormatTests
{
    private const string Golden =
        "01 01 03 05 0300 0000 8877665544332211 E803000000000000 D007000000000000 DC05000000000000 6361636865 6B6579 76616C7565";

    [Fact]
    public void Entry_WithAllParts_HasTheGoldenBytes()
    {
        var change = new EntryChange
        {
            Kind = ChangeKind.Entry,
            Cache = "cache"u8,
            Key = "key"u8,
            Value = "value"u8,
            Version = 0x1122334455667788,
            TimeToLive = 1000,
            Sliding = 2000,
            SlidingLeft = 1500,
        };
        var bytes = new byte[ChangeFormat.SizeOf(change)];

        ChangeFormat.Write(bytes, change);

        Assert.Equal(Golden.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(bytes));
        var read = ChangeFormat.Read(bytes);
        Assert.Equal((ChangeKind.Entry, 0x1122334455667788, 1000L, 2000L, 1500L), (read.Kind, read.Version, read.TimeToLive, read.Sliding, read.SlidingLeft));
        Assert.Equal("cache key value", $"{Encoding.UTF8.GetString(read.Cache)} {Encoding.UTF8.GetString(read.Key)} {Encoding.UTF8.GetString(read.Value)}");
    }

    [Fact]
    public void Entry_ThatWasLoaded_HasItsMarkBehindItsTimes()
    {
        var change = new EntryChange
        {
            Kind = ChangeKind.Entry,
            Cache = "c"u8,
            Key = "k"u8,
            Value = "v"u8,
            Version = 1,
            TimeToLive = 1000,
            Sliding = 0,
            SlidingLeft = 0,
            Mark = new LoadMark(stale: 500, cost: 13, isNull: false),
        };
        var bytes = new byte[ChangeFormat.SizeOf(change)];

        ChangeFormat.Write(bytes, change);

        Assert.Equal("01010901" + "0100" + "0000" + "0100000000000000" + "E803000000000000" + "F4010000000D0080" + "63" + "6B" + "76", Convert.ToHexString(bytes));
        Assert.Equal(change.Mark, ChangeFormat.Read(bytes).Mark);
        bytes.AsSpan(24, LoadMark.SizeInBytes).Clear();
        Assert.Throws<InvalidDataException>(() => _ = ChangeFormat.Read(bytes).Version);
    }

    [Fact]
    public void Removal_Smallest_HasNoTimesAndNoValue()
    {
        var bytes = new ChangeWriter().WriteRemoval("c"u8, "k"u8);

        Assert.Equal("010200010100000000000000000000006" + "36B", Convert.ToHexString(bytes.Span));
        Assert.Equal(ShardOperation.Forever, ChangeFormat.Read(bytes.Span).TimeToLive);
    }

    [Fact]
    public void Change_CutAnywhereBeforeItsValue_IsRefused()
    {
        var bytes = Convert.FromHexString(Golden.Replace(" ", "", StringComparison.Ordinal));

        for (var length = 0; length < bytes.Length - "value".Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => _ = ChangeFormat.Read(bytes.AsSpan(0, length)).Version);
        }
    }

    [Theory]
    [InlineData(0, 2)] // format
    [InlineData(1, 0)] // kind
    [InlineData(1, 9)]
    [InlineData(2, 4)] // flags
    [InlineData(3, 0)] // lengths
    [InlineData(3, 255)]
    [InlineData(4, 0)]
    [InlineData(5, 255)]
    [InlineData(23, 0x80)] // a negative time
    [InlineData(31, 0x80)]
    [InlineData(33, 0xFF)] // more left than there is
    public void Change_WithAByteThatMakesNoSense_IsRefused(int at, int value)
    {
        var bytes = Convert.FromHexString(Golden.Replace(" ", "", StringComparison.Ordinal));
        bytes[at] = (byte)value;

        Assert.Throws<InvalidDataException>(() => _ = ChangeFormat.Read(bytes).Version);
    }
}
