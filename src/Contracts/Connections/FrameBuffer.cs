using System.Buffers;
using System.Buffers.Binary;

namespace Orleans.Cache.Contracts.Connections;

/// <summary>What was received over a data connection and is not looked at yet, in one piece. For one thread at a time.</summary>
internal sealed class FrameBuffer(int headBytes) : IDisposable
{
    private const int UsualBytes = 64 << 10;
    private const int LeastRoom = 16 << 10;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(UsualBytes);
    private int _start;
    private int _end;

    /// <summary>Where the next bytes go: behind those that are there, which <see cref="TryTake"/> has found to be a part of a frame only.</summary>
    public Span<byte> Room()
    {
        var there = _end - _start;
        if (there == 0 && _bytes.Length > 2 * UsualBytes)
        {
            Replace(UsualBytes);
        }
        else if (_bytes.Length - there < LeastRoom || (there >= sizeof(int) && LengthOf(_bytes.AsSpan(_start)) > _bytes.Length))
        {
            Replace(Math.Max(2 * _bytes.Length, there >= sizeof(int) ? LengthOf(_bytes.AsSpan(_start)) : 0));
        }
        else if (_start > 0 && (there == 0 || _bytes.Length - _end < LeastRoom))
        {
            _bytes.AsSpan(_start, there).CopyTo(_bytes);
            (_start, _end) = (0, there);
        }

        return _bytes.AsSpan(_end);
    }

    /// <summary>Notes that so many bytes came.</summary>
    public void Advance(int count) => _end += count;

    /// <summary>Takes the next frame; it stays where it is until <see cref="Room"/> is called.</summary>
    /// <returns>Whether it is there as a whole.</returns>
    /// <exception cref="InvalidDataException">It claims a length that no frame has.</exception>
    public bool TryTake(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_end - _start < sizeof(int))
        {
            return false;
        }

        var length = LengthOf(_bytes.AsSpan(_start));
        if (length < headBytes || length > DataConnectionFormat.MaxFrameBytes)
        {
            throw new InvalidDataException($"A frame claims {length} bytes; it has {headBytes} at least and {DataConnectionFormat.MaxFrameBytes} at most.");
        }

        if (_end - _start < length)
        {
            return false;
        }

        frame = _bytes.AsSpan(_start, length);
        _start += length;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        (_start, _end) = (0, 0);
    }

    private static int LengthOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt32LittleEndian(frame);

    private void Replace(int length)
    {
        var there = _end - _start;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        _bytes.AsSpan(_start, there).CopyTo(bytes);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = bytes;
        (_start, _end) = (0, there);
    }
}
