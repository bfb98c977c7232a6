using System.Buffers;

namespace Orleans.Cache.Engine.Memory;

/// <summary>
/// A growing buffer that a batch's values are appended to, on a rented array. Not thread-safe; one batch at a time. Reads copy a value
/// once, from the shard to here; a reply is sent from here as it is.
/// </summary>
internal sealed class ValueBuffer : IBufferWriter<byte>, IDisposable
{
    private const int SmallestArray = 256;

    private byte[] _array = [];
    private int _start;
    private int _end;

    /// <summary>Makes a buffer without an array; it rents one when something is appended.</summary>
    public ValueBuffer()
    {
    }

    /// <summary>Makes a buffer on an array of the caller's, which must be large enough for what will be appended; not to be disposed of.</summary>
    public ValueBuffer(byte[] array) => _array = array;

    /// <summary>The size of its array.</summary>
    public int Capacity => _array.Length;

    /// <summary>The bytes appended after the reserved ones.</summary>
    public ReadOnlySpan<byte> Values => _array.AsSpan(_start, _end - _start);

    /// <summary>The bytes appended so far, without the reserved ones.</summary>
    public int Length => _end - _start;

    /// <summary>The reserved bytes followed by the appended ones.</summary>
    public ReadOnlyMemory<byte> Whole => _array.AsMemory(0, _end);

    /// <summary>Empties the buffer and reserves room before the values, for headers that are known only afterwards.</summary>
    /// <param name="reserved">The bytes before the values.</param>
    /// <param name="expected">How many bytes are likely to follow, so that the array need not grow.</param>
    public void Reset(int reserved = 0, int expected = 0)
    {
        _start = 0;
        _end = 0;
        Ensure(checked(reserved + expected));
        _array.AsSpan(0, reserved).Clear();
        _start = reserved;
        _end = reserved;
    }

    /// <summary>The reserved bytes, to be filled before <see cref="Whole"/> is used.</summary>
    public Span<byte> Reserved => _array.AsSpan(0, _start);

    /// <summary>Appends a value.</summary>
    /// <returns>Its offset among the values.</returns>
    public int Append(ReadOnlySpan<byte> value)
    {
        var offset = Length;
        Ensure(value.Length);
        value.CopyTo(_array.AsSpan(_end));
        _end += value.Length;
        return offset;
    }

    /// <inheritdoc/>
    public void Advance(int count) => _end += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _array.AsMemory(_end);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _array.AsSpan(_end);
    }

    /// <summary>Gives the array back. The buffer may be used again, and rents another.</summary>
    public void Dispose()
    {
        var array = _array;
        _array = [];
        _start = 0;
        _end = 0;
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    /// <summary>Hands over the rented array with everything in it. The buffer may be used again, and rents another.</summary>
    public byte[] Detach(out int length)
    {
        var array = _array;
        length = _end;
        _array = [];
        _start = 0;
        _end = 0;
        return array;
    }

    private void Ensure(int more)
    {
        var needed = checked(_end + more);
        if (needed <= _array.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, (int)Math.Min(2L * _array.Length, Array.MaxLength)), SmallestArray));
        _array.AsSpan(0, _end).CopyTo(larger);
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = larger;
    }
}
