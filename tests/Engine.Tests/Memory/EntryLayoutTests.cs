using System.Runtime.InteropServices;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Tests.Memory;

/// <summary>The bytes of docs/formats/entry.md. When one of these fails, the format changed: raise its version instead of the test.</summary>
public sealed class EntryLayoutTests
{
    [Fact]
    public void Write_NarrowEntry_IsTheDocumentedBytes() => Assert.Equal(
        "0807060504030201" + "00000000" + "3930000000" + "01" + "03" + "05" + "6B6579" + "76616C7565",
        Hex("key"u8, "value"u8, new EntryTimes(12345, 0)));

    [Fact]
    public void Write_EntryThatNeverExpires_HasAnExpiryOfOnes() => Assert.Equal(
        "0807060504030201" + "00000000" + "FFFFFFFFFF" + "01" + "01" + "00" + "6B",
        Hex("k"u8, [], new EntryTimes(EntryLayout.Never, 0)));

    [Fact]
    public void Write_SlidingEntry_HasBothTimesBehindTheHeader() => Assert.Equal(
        "0807060504030201" + "00000000" + "F401000000" + "05" + "01" + "01" + "9001000000" + "FFFFFFFFFF" + "6B" + "76",
        Hex("k"u8, "v"u8, new EntryTimes(EntryLayout.Never, 400)));

    [Fact]
    public void Write_LoadedEntry_HasItsMarkBehindTheSlidingPart() => Assert.Equal(
        "0807060504030201" + "00000000" + "5802000000" + "85" + "01" + "01" + "9001000000" + "FFFFFFFFFF" + "64000000000D0080" + "6B" + "76",
        Hex("k"u8, "v"u8, new EntryTimes(EntryLayout.Never, 400, new LoadMark(stale: 100, cost: 13, isNull: false))));

    [Fact]
    public void Write_LongKey_HasWideLengths()
    {
        var key = new byte[300];

        Assert.StartsWith("0807060504030201" + "00000000" + "3930000000" + "03" + "2C01" + "02000000" + "0000", Hex(key, "ab"u8, new EntryTimes(12345, 0)));
        Assert.EndsWith("006162", Hex(key, "ab"u8, new EntryTimes(12345, 0)));
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(255, 255, false)]
    [InlineData(256, 255, true)]
    [InlineData(1, 60_000, true)]
    public void Write_AnySizes_ReadBackAndTakeTheirSize(int keyLength, int valueLength, bool sliding)
    {
        var key = Bytes(keyLength, 1);
        var value = Bytes(valueLength, 2);
        var slot = new byte[70_000];
        using var pin = new PinnedGCHandle<byte[]>(slot);
        var entry = At(slot);

        entry.Write(key, value, large: 0, version: 7, new EntryTimes(9_000, sliding ? 50 : 0), now: 100, isNew: true);

        Assert.Equal(key, entry.Key);
        Assert.Equal(value, entry.Value);
        Assert.Equal(new EntryTimes(9_000, sliding ? 50 : 0), entry.Times);
        Assert.Equal(sliding ? 150 : 9_000, entry.Expiry);
        Assert.Equal(EntryLayout.SizeOf(keyLength, valueLength, sliding, large: false), entry.Bytes);
        Assert.True(entry.FitsWithin(slot.Length));
        Assert.False(entry.FitsWithin(keyLength));
    }

    [Fact]
    public void Frequency_ManyUses_StopsAtThreeAndTouchesNothingElse()
    {
        var slot = new byte[64];
        using var pin = new PinnedGCHandle<byte[]>(slot);
        var entry = At(slot);
        entry.Write("k"u8, "v"u8, large: 0, version: 1, new EntryTimes(5, 0), now: 0, isNew: true);
        var before = slot.ToArray();

        for (var use = 0; use < 10; use++)
        {
            entry.CountUse();
        }

        Assert.Equal(3, entry.Frequency);
        entry.SetFrequency(0);
        Assert.Equal(before, slot);
    }

    private static unsafe EntryPointer At(byte[] pinned) => new((byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0));

    private static string Hex(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, EntryTimes times)
    {
        var slot = new byte[EntryLayout.SizeOf(key.Length, value.Length, times.Sliding != 0, large: false, times.Mark.IsPresent)];
        using var pin = new PinnedGCHandle<byte[]>(slot);
        At(slot).Write(key, value, large: 0, version: 0x0102030405060708, times, now: 100, isNew: true);
        return Convert.ToHexString(slot);
    }

    private static byte[] Bytes(int length, byte of)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(of);
        return bytes;
    }
}
