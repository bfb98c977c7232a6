using System.Buffers.Binary;

namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>Writes the parts of messages one behind the other. The bytes must have room for all of them: see <see cref="WireSizes"/>.</summary>
internal ref struct WireWriter(Span<byte> bytes)
{
    private readonly Span<byte> _bytes = bytes;

    /// <summary>How many bytes are written.</summary>
    public int Length { get; private set; }

    public void Byte(byte value) => _bytes[Length++] = value;

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>Seven bits in each byte, the lowest first; the highest bit says that another byte follows.</summary>
    public void Unsigned(ulong value)
    {
        var length = Length;
        for (; value >= 0x80; value >>= 7)
        {
            _bytes[length++] = (byte)(value | 0x80);
        }

        _bytes[length++] = (byte)value;
        Length = length;
    }

    /// <summary>Small numbers of either sign are short: 0, -1, 1, -2 become 0, 1, 2, 3.</summary>
    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public void Fixed(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes[Length..], value);
        Length += sizeof(long);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_bytes[Length..]);
        Length += value.Length;
    }

    public void Copy(CopyId copy)
    {
        Signed(copy.Node);
        Signed(copy.Incarnation);
    }

    public void Position(LogPosition position)
    {
        Signed(position.Epoch);
        Signed(position.Sequence);
    }

    public void Operation(OperationId operation)
    {
        Signed(operation.Client);
        Signed(operation.Number);
    }

    public void Time(FollowerTime time)
    {
        Signed(time.Era);
        Fixed(time.Ticks);
    }

    public void Configuration(Configuration configuration)
    {
        Signed(configuration.Version);
        Signed(configuration.Epoch);
        Copy(configuration.Owner);
        Unsigned((ulong)configuration.InSync.Length);
        foreach (var copy in configuration.InSync)
        {
            Copy(copy);
        }

        Signed(configuration.Losses);
        Flag(configuration.StartsEmpty);
    }
}
