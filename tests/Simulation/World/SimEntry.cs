using System.Buffers.Binary;

namespace Orleans.Cache.Simulation.World;

/// <summary>The state of a key: of a stored entry, of a change on its way, and of a result.</summary>
/// <param name="Key">The key.</param>
/// <param name="IsPresent">Whether it has an entry; of a result, before the operation for removals and failed conditions, else after.</param>
/// <param name="IsDone">Of a result: whether the condition held.</param>
/// <param name="Value">0 if absent.</param>
/// <param name="Version">The version of the entry, or of the one removed.</param>
internal readonly record struct SimEntry(int Key, bool IsPresent, bool IsDone, long Value, long Version)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[18];
        bytes[0] = (byte)Key;
        bytes[1] = (byte)((IsPresent ? 1 : 0) | (IsDone ? 2 : 0));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(2), Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(10), Version);
        return bytes;
    }

    public static SimEntry From(ReadOnlySpan<byte> bytes) => new(
        bytes[0],
        (bytes[1] & 1) != 0,
        (bytes[1] & 2) != 0,
        BinaryPrimitives.ReadInt64LittleEndian(bytes[2..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[10..]));
}
