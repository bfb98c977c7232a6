using System.Buffers;

namespace Orleans.Cache.Contracts.Nodes;

/// <summary>
/// The bytes of a batch in a rented array, which goes back to its pool when the batch is done with: see docs/formats/batch.md.
/// </summary>
/// <remarks>
/// Whoever reads the bytes last disposes of them; twice does no harm. What the network drops on the way is found by the finalizer, so that no
/// array is lost to the pool. Not thread-safe, except for <see cref="Dispose"/>.
/// </remarks>
[Immutable]
public sealed class BatchBytes : IDisposable
{
    private static long _rented;

    private readonly bool _isReleasedWhenWritten;
    private byte[]? _array;

    private BatchBytes(byte[] array, int length, bool releaseWhenWritten)
    {
        _array = array;
        Length = length;
        _isReleasedWhenWritten = releaseWhenWritten;
        Interlocked.Increment(ref _rented);
    }

    /// <summary>Finds what the network dropped.</summary>
    ~BatchBytes() => Release();

    /// <summary>How many of this process have an array at the moment.</summary>
    public static long Rented => Interlocked.Read(ref _rented);

    /// <summary>How many bytes there are.</summary>
    public int Length { get; }

    /// <summary>The bytes, until they are disposed of.</summary>
    /// <exception cref="ObjectDisposedException">They are.</exception>
    public Memory<byte> Memory => Array.AsMemory(0, Length);

    /// <summary>The bytes, until they are disposed of.</summary>
    /// <exception cref="ObjectDisposedException">They are.</exception>
    public Span<byte> Span => Array.AsSpan(0, Length);

    private byte[] Array => _array ?? throw new ObjectDisposedException(nameof(BatchBytes), "The batch's bytes went back to their pool: it was sent, or answered, already.");

    /// <summary>Rents an array for so many bytes, whose content is undefined.</summary>
    public static BatchBytes Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length, releaseWhenWritten: false);

    /// <summary>Takes over an array rented from the shared pool, for a request: see <see cref="Rent"/>.</summary>
    public static BatchBytes RequestOf(byte[] rented, int length) => new(rented, length, releaseWhenWritten: false);

    /// <summary>Takes over an array rented from the shared pool, to be given back once it has been written to the network.</summary>
    public static BatchBytes ReplyOf(byte[] rented, int length) => new(rented, length, releaseWhenWritten: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Release())
        {
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Called when the bytes were written to the network.</summary>
    internal void OnWritten()
    {
        // A request may have to be written again, when its connection breaks; a reply never is.
        if (_isReleasedWhenWritten)
        {
            Dispose();
        }
    }

    private bool Release()
    {
        if (Interlocked.Exchange(ref _array, null) is not { } array)
        {
            return false;
        }

        ArrayPool<byte>.Shared.Return(array);
        Interlocked.Decrement(ref _rented);
        return true;
    }
}
