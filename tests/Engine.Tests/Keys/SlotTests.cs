using System.Text;

namespace Orleans.Cache.Engine.Tests.Keys;

public sealed class SlotTests
{
    // 0x31C3 is the check value of CRC-16/XMODEM in the Redis Cluster specification; the others are what CLUSTER KEYSLOT of a Redis
    // server answers.
    [Theory]
    [InlineData("123456789", 0x31C3 % 16384)]
    [InlineData("foo", 12182)]
    [InlineData("bar", 5061)]
    [InlineData("{user1000}.following", 3443)]
    [InlineData("foo{}{bar}", 8363)]
    [InlineData("foo{{bar}}zap", 4015)]
    [InlineData("{bar", 4015)]
    public void Of_KnownKey_IsTheSlotOfRedisCluster(string key, int slot) =>
        Assert.Equal(slot, Slot.Of(Encoding.UTF8.GetBytes(key)).Number);

    [Theory]
    [InlineData("{user1000}.following", "{user1000}.followers")]
    [InlineData("foo{bar}{zap}", "bar")]
    [InlineData("a{b}c", "b")]
    public void Of_KeysWithOneHashTag_IsOneSlot(string key, string other) => Assert.Equal(Slot.Of(key), Slot.Of(other));

    [Theory]
    [InlineData(0, 1024, 0)]
    [InlineData(15, 1024, 0)]
    [InlineData(16, 1024, 1)]
    [InlineData(16383, 1024, 1023)]
    [InlineData(16383, 1, 0)]
    [InlineData(16383, 16384, 16383)]
    public void PartitionOf_Slot_IsAContiguousRange(int slot, int partitions, int expected) =>
        Assert.Equal(expected, new Slot((ushort)slot).PartitionOf(partitions));

    [Fact]
    public void Of_KeysOfEveryLength_IsTheChecksumBitByBit()
    {
        var random = new Random(1);
        for (var length = 1; length <= 64; length++)
        {
            var key = new byte[length];
            random.NextBytes(key);
            key.AsSpan().Replace((byte)'{', (byte)'x');

            Assert.Equal(BitByBit(key) % Slot.Count, Slot.Of(key.AsSpan()).Number);
        }
    }

    private static int BitByBit(byte[] key)
    {
        var crc = 0;
        foreach (var b in key)
        {
            crc ^= b << 8;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = ((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xFFFF;
            }
        }

        return crc;
    }
}
