using System.Buffers.Text;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Cache;

/// <summary>
/// What a session has seen: for each partition of the grid that it read or wrote, how far. It counts for all caches of the grid. Hand it to
/// others as text, and whoever reads with it sees at least as much: see <see cref="CacheSession"/>.
/// </summary>
/// <remarks>
/// Immutable, and safe for any number of threads. As text it has about 10 characters for each partition that the session came to, so a session
/// of a few keys stays short; at most it has those for all partitions of the grid.
/// </remarks>
[DebuggerDisplay("{Count} partitions")]
public sealed class CacheSessionToken : IEquatable<CacheSessionToken>, IParsable<CacheSessionToken>
{
    private const byte Format = 1;
    private const int MostBytesOfNumber = 10;

    // In the order of the partitions.
    private readonly Entry[] _entries;

    internal CacheSessionToken(Entry[] entries) => _entries = entries;

    /// <summary>The token of a session that has seen nothing.</summary>
    public static CacheSessionToken Empty { get; } = new([]);

    /// <summary>How many partitions the session has come to.</summary>
    public int Count => _entries.Length;

    /// <summary>For each partition how far, in the order of the partitions.</summary>
    internal ReadOnlySpan<Entry> Entries => _entries;

    /// <summary>A place in a partition's log.</summary>
    internal readonly record struct Entry(int Partition, long Epoch, long Sequence)
    {
        public bool IsBehind(long epoch, long sequence) => Epoch != epoch ? Epoch < epoch : Sequence < sequence;
    }

    /// <summary>Whether two tokens say the same.</summary>
    public static bool operator ==(CacheSessionToken? left, CacheSessionToken? right) => left?.Equals(right) ?? right is null;

    /// <summary>Whether two tokens do not say the same.</summary>
    public static bool operator !=(CacheSessionToken? left, CacheSessionToken? right) => !(left == right);

    /// <summary>The token of what either has seen.</summary>
    public CacheSessionToken Merge(CacheSessionToken other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0 || ReferenceEquals(this, other))
        {
            return this;
        }

        var session = new CacheSession(this);
        session.Add(other);
        return session.Token;
    }

    /// <summary>The token as text: letters, digits, '-' and '_'.</summary>
    public override string ToString()
    {
        if (_entries.Length == 0)
        {
            return string.Empty;
        }

        var bytes = new byte[1 + (((3 * _entries.Length) + 1) * MostBytesOfNumber)];
        bytes[0] = Format;
        var end = 1;

        // Epochs of a grid lie close together: each is told by its distance from the lowest.
        var lowest = _entries.Min(static entry => entry.Epoch);
        Write(bytes, ref end, (ulong)lowest);
        var next = 0;
        foreach (var (partition, epoch, sequence) in _entries)
        {
            Write(bytes, ref end, (ulong)(partition - next));
            Write(bytes, ref end, (ulong)(epoch - lowest));
            Write(bytes, ref end, (ulong)sequence);
            next = partition + 1;
        }

        return Base64Url.EncodeToString(bytes.AsSpan(0, end));
    }

    /// <summary>Reads a token.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static CacheSessionToken Parse(string text) =>
        TryParse(text, out var token) ? token : throw new FormatException("The text is no session token: hand on what CacheSessionToken.ToString gave, as it is.");

    /// <summary>Reads a token; an empty text is <see cref="Empty"/>.</summary>
    /// <returns>Whether the text is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [MaybeNullWhen(false)] out CacheSessionToken token)
    {
        token = text?.Length == 0 ? Empty : null;
        if (token is not null || text is null || !Base64Url.IsValid(text))
        {
            return token is not null;
        }

        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(text);
        if (bytes is not [Format, ..] || !TryRead(bytes = bytes[1..], out var lowest, out bytes))
        {
            return false;
        }

        var entries = new List<Entry>();
        for (var next = 0L; bytes.Length > 0;)
        {
            if (!TryRead(bytes, out var skipped, out bytes) || !TryRead(bytes, out var above, out bytes) || !TryRead(bytes, out var sequence, out bytes)
                || skipped > Slot.Count || next + skipped >= Slot.Count || above > long.MaxValue - lowest)
            {
                return false;
            }

            entries.Add(new Entry((int)(next + skipped), lowest + above, sequence));
            next += skipped + 1;
        }

        token = new CacheSessionToken([.. entries]);
        return true;
    }

    /// <inheritdoc/>
    static CacheSessionToken IParsable<CacheSessionToken>.Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    static bool IParsable<CacheSessionToken>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out CacheSessionToken result) =>
        TryParse(s, out result);

    /// <inheritdoc/>
    public bool Equals(CacheSessionToken? other) => other is not null && _entries.AsSpan().SequenceEqual(other._entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CacheSessionToken);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var entry in _entries)
        {
            hash.Add(entry);
        }

        return hash.ToHashCode();
    }

    /// <summary>Seven bits to a byte, the lowest first; the eighth says that more follow.</summary>
    private static void Write(byte[] bytes, ref int end, ulong number)
    {
        for (; number > 0x7F; number >>= 7)
        {
            bytes[end++] = (byte)(number | 0x80);
        }

        bytes[end++] = (byte)number;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out long number, out ReadOnlySpan<byte> left)
    {
        number = 0;
        left = bytes;
        for (var index = 0; index < Math.Min(bytes.Length, MostBytesOfNumber - 1); index++)
        {
            number |= (long)(bytes[index] & 0x7F) << (7 * index);
            if (bytes[index] <= 0x7F)
            {
                left = bytes[(index + 1)..];
                return true;
            }
        }

        return false;
    }
}
