using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>
/// Reads what <see cref="WireWriter"/> wrote, from bytes that may be anything: whatever is wrong is an <see cref="InvalidDataException"/> that
/// says where. Reserves no more memory than a small multiple of the bytes that are there.
/// </summary>
/// <param name="bytes">The bytes.</param>
/// <param name="memory">The same bytes, if what is read may point into them; none if it is to be copied.</param>
internal ref struct WireReader(ReadOnlySpan<byte> bytes, ReadOnlyMemory<byte> memory = default)
{
    private const int CopyLeast = 2;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly ReadOnlyMemory<byte> _memory = memory;

    /// <summary>How many bytes are read.</summary>
    public int Position { get; private set; }

    public readonly int Left => _bytes.Length - Position;

    public byte Byte(string what)
    {
        if (Left == 0)
        {
            Fail(what, "is missing: the bytes end");
        }

        return _bytes[Position++];
    }

    public bool Flag(string what)
    {
        var value = Byte(what);
        if (value > 1)
        {
            Fail(what, $"is {value}, neither 0 nor 1");
        }

        return value == 1;
    }

    public ulong Unsigned(string what)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte(what);
            if (shift == 63 && next > 1)
            {
                Fail(what, "has more than 64 bits");
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    public long Signed(string what)
    {
        var value = Unsigned(what);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public int SignedInt(string what)
    {
        var value = Signed(what);
        if (value is < int.MinValue or > int.MaxValue)
        {
            Fail(what, $"is {value}, more than 32 bits");
        }

        return (int)value;
    }

    /// <summary>A number of things that follow, each of which takes some bytes at least.</summary>
    public int Count(string what, int leastBytes)
    {
        var value = Unsigned(what);
        if (value > (ulong)(Left / leastBytes))
        {
            Fail(what, $"is {value}, and {Left} bytes are left");
        }

        return (int)value;
    }

    /// <summary>A length of bytes that follow later, behind others of the same kind.</summary>
    /// <param name="what">For the error.</param>
    /// <param name="sum">The lengths so far; grows.</param>
    public int Length(string what, ref int sum)
    {
        var value = Unsigned(what);
        if (value > (ulong)Math.Max(0, Left - sum))
        {
            Fail(what, $"is {value}, with {sum} bytes before and {Left} left");
        }

        sum += (int)value;
        return (int)value;
    }

    public int Partition()
    {
        var value = Unsigned("partition");
        if (value > int.MaxValue)
        {
            Fail("partition", $"is {value}, more than 31 bits");
        }

        return (int)value;
    }

    /// <summary>A time of this host's clock, which is told as an age.</summary>
    public long Age(string what, WireMoment moment)
    {
        var age = Unsigned(what);
        if (age > WireMoment.MostAge)
        {
            Fail(what, $"is {age} ms, more than 40 bits");
        }

        return moment.TimeOf(age);
    }

    public long Fixed(string what)
    {
        if (Left < sizeof(long))
        {
            Fail(what, "is missing: the bytes end");
        }

        var value = BinaryPrimitives.ReadInt64LittleEndian(_bytes[Position..]);
        Position += sizeof(long);
        return value;
    }

    /// <summary>Bytes that stay: independent of those that are read.</summary>
    public ReadOnlyMemory<byte> Copied(string what, int length) => Span(what, length).ToArray();

    /// <summary>Bytes for as long as those that are read stay, or longer.</summary>
    public ReadOnlyMemory<byte> Bytes(string what, int length)
    {
        var start = Position;
        var span = Span(what, length);
        return _memory.IsEmpty ? span.ToArray() : _memory.Slice(start, length);
    }

    /// <summary>Bytes for as long as those that are read stay.</summary>
    public ReadOnlySpan<byte> Span(string what, int length)
    {
        if (length > Left)
        {
            Fail(what, $"are {length} bytes, and {Left} are left");
        }

        var span = _bytes.Slice(Position, length);
        Position += length;
        return span;
    }

    public CopyId Copy(string what) => new(SignedInt(what), Signed(what));

    public LogPosition LogPosition(string what) => new(Signed(what), Signed(what));

    public OperationId Operation() => new(Signed("operation"), Signed("operation"));

    public FollowerTime Time(string what) => new(SignedInt(what), Fixed(what));

    public Configuration Configuration()
    {
        var version = Signed("configuration's version");
        var epoch = Signed("configuration's epoch");
        var owner = Copy("configuration's owner");
        var count = Count("number of copies in sync", CopyLeast);
        var inSync = count == 0 ? [] : new CopyId[count];
        for (var index = 0; index < inSync.Length; index++)
        {
            inSync[index] = Copy("copy in sync");
        }

        return new Configuration
        {
            Version = version,
            Epoch = epoch,
            Owner = owner,
            InSync = inSync,
            Losses = SignedInt("configuration's losses"),
            StartsEmpty = Flag("configuration's start"),
        };
    }

    [DoesNotReturn]
    public readonly void Fail(string what, string why) => throw new InvalidDataException($"Byte {Position} of {_bytes.Length}: the {what} {why}.");
}
