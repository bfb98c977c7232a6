using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Orleans.Cache;

/// <summary>
/// The key of an entry: text, taken as UTF-8, or raw bytes. A key made from text equals a key made from the same UTF-8 bytes.
/// </summary>
/// <remarks>
/// A key has 1 byte to <see cref="CacheLimits.MaxKeyBytes"/> bytes; the length is checked when the key is used, not when it is made, so that
/// the error can name the grid's own limit. Immutable and safe for any number of threads, as long as nobody writes to memory that was
/// passed in.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public readonly struct CacheKey : IEquatable<CacheKey>
{
    // Lone surrogates would all be encoded as the same replacement character, so two different strings would share an entry.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>So many keys ahead whoever reads several asks for: far enough that their bytes have come, near enough that they are still there.</summary>
    internal const int PrefetchAhead = 8;

    /// <summary>Two bytes to a character: the text of most keys lies on one cache line, or on two.</summary>
    private const int UsualTextBytes = 32;

    private const int MaxBytesPerCharacter = 3;
    private const int MaxBytesOnStack = 256;

    private readonly string? _text;
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Makes a key from text; its bytes are the text's UTF-8 encoding.</summary>
    /// <param name="text">Well-formed UTF-16. <see langword="null"/> makes an empty key, which every operation refuses.</param>
    public CacheKey(string? text) => _text = text;

    /// <summary>Makes a key from bytes, which are not copied and must not change afterwards.</summary>
    public CacheKey(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>Whether the key has no bytes at all. Such a key is refused by every operation.</summary>
    public bool IsEmpty => _text is null ? _bytes.IsEmpty : _text.Length == 0;

    /// <summary>The number of bytes of the key.</summary>
    /// <exception cref="CacheRequestException">The key is text with a lone surrogate, which UTF-8 cannot express.</exception>
    public int ByteCount
    {
        get
        {
            if (_text is null)
            {
                return _bytes.Length;
            }

            try
            {
                return StrictUtf8.GetByteCount(_text);
            }
            catch (EncoderFallbackException)
            {
                throw CacheRequestException.MalformedKey();
            }
        }
    }

    /// <summary>A number of bytes that <see cref="ByteCount"/> does not exceed, which costs nothing to know.</summary>
    internal int MaxByteCount => _text is null ? _bytes.Length : _text.Length * MaxBytesPerCharacter;

    /// <summary>Asks the processor for the key's bytes, which often lie in memory that nobody has touched for long.</summary>
    internal unsafe void Prefetch()
    {
        // Only an address, which the garbage collector may make stale: a prefetch of the wrong line does no harm.
        // From a local: else it is looked at once more, and waited for, to see that it is no null.
        if (Sse.IsSupported && _text is { } text)
        {
            var start = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in text.GetPinnableReference()));
            Sse.Prefetch0(start);
            Sse.Prefetch0(start + UsualTextBytes);
        }
    }

    /// <summary>Makes a key from text.</summary>
    public static implicit operator CacheKey(string? text) => new(text);

    /// <summary>Makes a key from bytes, which are not copied.</summary>
    public static implicit operator CacheKey(byte[]? bytes) => new(bytes.AsMemory());

    /// <summary>Makes a key from bytes, which are not copied.</summary>
    public static implicit operator CacheKey(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>Whether two keys have the same bytes.</summary>
    public static bool operator ==(CacheKey left, CacheKey right) => left.Equals(right);

    /// <summary>Whether two keys have different bytes.</summary>
    public static bool operator !=(CacheKey left, CacheKey right) => !left.Equals(right);

    /// <summary>Writes the key's bytes.</summary>
    /// <param name="destination">At least <see cref="ByteCount"/> bytes long.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="CacheRequestException">The key is text with a lone surrogate, which UTF-8 cannot express.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int CopyTo(Span<byte> destination)
    {
        if (_text is null)
        {
            _bytes.Span.CopyTo(destination);
            return _bytes.Length;
        }

        // Most keys are short and ASCII, which costs a fraction of what an encoder does.
        return ShortText.TryWrite(_text, destination) ? _text.Length : Encode(_text, destination);
    }

    /// <summary>The key's bytes in an array of their own.</summary>
    /// <exception cref="CacheRequestException">The key is text with a lone surrogate, which UTF-8 cannot express.</exception>
    public byte[] ToArray()
    {
        var bytes = new byte[ByteCount];
        CopyTo(bytes);
        return bytes;
    }

    private static int Encode(string text, Span<byte> destination)
    {
        if (Ascii.FromUtf16(text, destination, out var written) == OperationStatus.Done)
        {
            return written;
        }

        try
        {
            return StrictUtf8.GetBytes(text, destination);
        }
        catch (EncoderFallbackException)
        {
            throw CacheRequestException.MalformedKey();
        }
    }

    /// <inheritdoc/>
    public bool Equals(CacheKey other)
    {
        if (_text is not null && other._text is not null)
        {
            return string.Equals(_text, other._text, StringComparison.Ordinal);
        }

        if (_text is null && other._text is null)
        {
            return _bytes.Span.SequenceEqual(other._bytes.Span);
        }

        return ToArray().AsSpan().SequenceEqual(other.ToArray());
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CacheKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        if (_text is null)
        {
            hash.AddBytes(_bytes.Span);
        }
        else if (MaxByteCount <= MaxBytesOnStack)
        {
            Span<byte> bytes = stackalloc byte[MaxBytesOnStack];
            hash.AddBytes(bytes[..CopyTo(bytes)]);
        }
        else
        {
            hash.AddBytes(ToArray());
        }

        return hash.ToHashCode();
    }

    /// <summary>The key as text; bytes that are not UTF-8 show as replacement characters. For people, not for comparing keys.</summary>
    public override string ToString() => _text ?? Encoding.UTF8.GetString(_bytes.Span);
}
