using System.Buffers.Binary;

namespace Orleans.Cache.Simulation.World;

/// <summary>What clients ask of the simulated store.</summary>
internal enum CommandKind : byte
{
    Get = 0,
    Set = 1,
    SetIfAbsent = 2,
    SetIfEqual = 3,
    Remove = 4,
    Increment = 5,
}

/// <summary>A command, as the bytes that travel through the core.</summary>
internal readonly record struct SimCommand(CommandKind Kind, int Key, long Value, long Expected)
{
    public const int Bytes = 18;

    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        bytes[0] = (byte)Kind;
        bytes[1] = (byte)Key;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(2), Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(10), Expected);
        return bytes;
    }

    public static SimCommand From(ReadOnlySpan<byte> bytes) => new(
        (CommandKind)bytes[0],
        bytes[1],
        BinaryPrimitives.ReadInt64LittleEndian(bytes[2..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[10..]));
}
