using FsCheck;
using FsCheck.Fluent;

namespace Orleans.Cache.Engine.Tests.Keys;

public sealed class SlotProperties
{
    // Braces are frequent, or no generated key would have a hash tag.
    private static readonly Arbitrary<byte[]> Keys =
        Gen.Frequency((3, Gen.Choose(0, 255)), (1, Gen.Constant((int)'{')), (1, Gen.Constant((int)'}')))
            .Select(static value => (byte)value)
            .ArrayOf()
            .ToArbitrary();

    [Fact]
    public void Of_AnyKey_IsTheBitwiseCrcOfTheHashTag() =>
        PropertyCheck.Holds(Prop.ForAll(Keys, static key => Slot.Of(key).Number == ReferenceCrc(ReferenceTag(key)) % 16_384), cases: 1000);

    [Fact]
    public void Of_BytesBehindTheTag_ChangeNothing() =>
        PropertyCheck.Holds(Prop.ForAll(
            Keys,
            static key =>
            {
                byte[] tagged = [(byte)'{', (byte)'t', (byte)'}', .. key];
                return Slot.Of(tagged) == Slot.Of("t"u8);
            }));

    [Fact]
    public void PartitionOf_AnyCount_DividesTheSlotsEquallyAndInOrder()
    {
        for (var partitions = 1; partitions <= Slot.Count; partitions *= 2)
        {
            var counts = new int[partitions];
            var last = 0;
            for (var slot = 0; slot < Slot.Count; slot++)
            {
                var partition = new Slot((ushort)slot).PartitionOf(partitions);
                Assert.InRange(partition, last, last + 1);
                counts[partition]++;
                last = partition;
            }

            Assert.All(counts, count => Assert.Equal(Slot.Count / partitions, count));
        }
    }

    /// <summary>CRC-16/XMODEM as its definition reads: polynomial 0x1021, start 0, nothing reflected, one bit at a time.</summary>
    private static int ReferenceCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0;
        foreach (var value in bytes)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                var carry = ((crc >> 15) & 1) ^ ((value >> bit) & 1);
                crc = (crc << 1) & 0xFFFF;
                if (carry == 1)
                {
                    crc ^= 0x1021;
                }
            }
        }

        return crc;
    }

    private static byte[] ReferenceTag(byte[] key)
    {
        var open = Array.IndexOf(key, (byte)'{');
        var close = open < 0 ? -1 : Array.IndexOf(key, (byte)'}', open + 1);
        return close <= open + 1 ? key : key[(open + 1)..close];
    }
}
