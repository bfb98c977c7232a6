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

    private static readonly ushort[] Crc16Table = BuildTable();

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
        var table = Crc16Table;
        ushort crc = 0;
        foreach (var b in bytes)
        {
            crc = (ushort)((crc << 8) ^ table[(byte)((crc >> 8) ^ b)]);
        }

        return crc;
    }

    private static ushort[] BuildTable()
    {
        const ushort polynomial = 0x1021;
        var table = new ushort[256];
        for (var index = 0; index < table.Length; index++)
        {
            var crc = (ushort)(index << 8);
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (ushort)((crc & 0x8000) != 0 ? (crc << 1) ^ polynomial : crc << 1);
            }

            table[index] = crc;
        }

        return table;
    }
}
