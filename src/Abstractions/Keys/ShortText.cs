using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Orleans.Cache;

/// <summary>Writes texts as bytes whose lengths most keys have, in half of the time that <see cref="System.Text.Ascii"/> takes, the hash included.</summary>
/// <remarks>
/// Two vectors, one from either end, which overlap in the middle: whoever hashes the bytes at once reads words that were written as a whole. Words
/// that were written in pieces keep the processor waiting until all of them have reached its cache.
/// </remarks>
internal static class ShortText
{
    private const int MinLength = 8;
    private const int MaxLength = 32;
    private const ushort NotAscii = 0xFF80;

    /// <summary>Writes a text of 8 to 32 characters if all are ASCII.</summary>
    /// <returns>Whether it was written, as so many bytes as it has characters.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryWrite(string text, Span<byte> destination)
    {
        if (text.Length is < MinLength or > MaxLength || destination.Length < text.Length)
        {
            return false;
        }

        ref var from = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text.AsSpan()));
        ref var to = ref MemoryMarshal.GetReference(destination);
        return text.Length >= Vector256<ushort>.Count ? TryWriteLong(ref from, ref to, text.Length) : TryWriteShort(ref from, ref to, text.Length);
    }

    private static bool TryWriteLong(ref ushort from, ref byte to, int length)
    {
        Debug.Assert(length is >= 16 and <= MaxLength, "Two vectors of 16 characters must cover the text.");
        var behind = (nuint)(length - Vector256<ushort>.Count);
        var first = Vector256.LoadUnsafe(ref from);
        var last = Vector256.LoadUnsafe(ref from, behind);
        if (((first | last) & Vector256.Create(NotAscii)) != Vector256<ushort>.Zero)
        {
            return false;
        }

        Vector128.Narrow(first.GetLower(), first.GetUpper()).StoreUnsafe(ref to);
        Vector128.Narrow(last.GetLower(), last.GetUpper()).StoreUnsafe(ref to, behind);
        return true;
    }

    private static bool TryWriteShort(ref ushort from, ref byte to, int length)
    {
        Debug.Assert(length is >= MinLength and < 16, "Two vectors of 8 characters must cover the text.");
        var behind = (nuint)(length - Vector128<ushort>.Count);
        var first = Vector128.LoadUnsafe(ref from);
        var last = Vector128.LoadUnsafe(ref from, behind);
        if (((first | last) & Vector128.Create(NotAscii)) != Vector128<ushort>.Zero)
        {
            return false;
        }

        Vector64.Narrow(first.GetLower(), first.GetUpper()).StoreUnsafe(ref to);
        Vector64.Narrow(last.GetLower(), last.GetUpper()).StoreUnsafe(ref to, behind);
        return true;
    }
}
