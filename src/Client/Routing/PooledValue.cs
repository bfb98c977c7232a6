using System.Buffers;
using System.Runtime.InteropServices;

namespace Orleans.Cache.Client.Routing;

/// <summary>A value in a rented array, which goes back to its pool when the value is disposed of. Not thread-safe, as memory owners are not.</summary>
internal sealed class PooledValue(ReadOnlyMemory<byte> value) : IMemoryOwner<byte>
{
    private bool _isDisposed;

    /// <inheritdoc/>
    public Memory<byte> Memory => _isDisposed
        ? throw new ObjectDisposedException(nameof(IMemoryOwner<>), "The value's memory went back to its pool. Copy what you need longer before you dispose of it.")
        : MemoryMarshal.AsMemory(value);

    /// <summary>Copies a value to a rented array.</summary>
    public static ReadOnlyMemory<byte> Rent(ReadOnlySpan<byte> value)
    {
        var array = ArrayPool<byte>.Shared.Rent(value.Length);
        value.CopyTo(array);
        return array.AsMemory(0, value.Length);
    }

    /// <summary>Gives back a rented value that nobody will get.</summary>
    public static void GiveBack(ReadOnlyMemory<byte> rented)
    {
        if (MemoryMarshal.TryGetArray(rented, out var array))
        {
            ArrayPool<byte>.Shared.Return(array.Array!);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            GiveBack(value);
        }
    }
}
