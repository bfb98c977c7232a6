using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Orleans.Cache;

/// <summary>
/// A counter that is written so often that one partition would be busy with it: increments go to one of several entries, drawn at random, and a
/// read adds them up.
/// </summary>
/// <remarks>
/// <para>
/// An increment costs what it costs of a single entry, and is spread over the partitions, so over the silos, that own the parts. A read costs a
/// batch of as many keys as there are parts. It has every increment that was acknowledged before it began; of those under way, it may have any.
/// Increments do not return the counter's value: for that use <see cref="ICache.IncrementAsync"/>, on one entry.
/// </para>
/// <para>The parts are entries like any others, under keys that are made of the counter's: they expire, are evicted and are replicated each by
/// itself. All who use the counter must name the same number of parts. Safe for any number of threads; making one costs no call.</para>
/// </remarks>
public sealed class SplitCounter
{
    /// <summary>The most parts that a counter can have.</summary>
    public const int MaxParts = 256;

    private readonly ICache _cache;
    private readonly CacheKey[] _parts;

    /// <summary>A counter of a cache.</summary>
    /// <param name="cache">The cache, or one of its <see cref="ICache.WithOptions"/>.</param>
    /// <param name="key">The counter's name. The parts' keys are up to six bytes longer.</param>
    /// <param name="parts">How many entries it has: 2 to <see cref="MaxParts"/>; some for each silo. Not to be changed while the counter counts.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="parts"/> is out of its range.</exception>
    /// <exception cref="CacheRequestException">The key is empty, or text that is not well-formed.</exception>
    public SplitCounter(ICache cache, CacheKey key, int parts = 16)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, MaxParts);
        if (key.IsEmpty)
        {
            throw CacheRequestException.EmptyKey();
        }

        _cache = cache;
        Key = key;
        var name = key.ToArray();
        _parts = [.. Enumerable.Range(0, parts).Select(part => KeyOf(name, part))];
    }

    /// <summary>The counter's name.</summary>
    public CacheKey Key { get; }

    /// <summary>How many entries it has.</summary>
    public int Parts => _parts.Length;

    /// <summary>Adds to the counter.</summary>
    /// <param name="by">What to add; may be negative.</param>
    /// <param name="options">The expiry and tags of the part, if this call makes it. A condition is not taken.</param>
    /// <param name="cancellationToken">Ends the wait; the increment may still happen.</param>
    /// <exception cref="CacheRequestException">The part would leave the range of 64 bits, or somebody has written something else under its key.</exception>
    /// <exception cref="CacheUnavailableException">The grid cannot be reached; nothing was done.</exception>
    /// <exception cref="CacheOutcomeUnknownException">No answer came; it may have been done.</exception>
    public async ValueTask IncrementAsync(long by = 1, CacheSetOptions options = default, CancellationToken cancellationToken = default) =>
        await _cache.IncrementAsync(_parts[Random.Shared.Next(_parts.Length)], by, options, cancellationToken).ConfigureAwait(false);

    /// <summary>Adds the parts up; those that are absent count as 0.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CacheRequestException">The sum leaves the range of 64 bits, or somebody has written something else under a part's key.</exception>
    /// <exception cref="CacheUnavailableException">The grid cannot be reached.</exception>
    public async ValueTask<long> GetAsync(CancellationToken cancellationToken = default)
    {
        var sum = (Int128)0;
        foreach (var part in await _cache.GetManyAsync(_parts, cancellationToken).ConfigureAwait(false))
        {
            sum += part.Found ? NumberOf(part.Value.Span) : 0;
        }

        return sum >= long.MinValue && sum <= long.MaxValue ? (long)sum : throw CacheRequestException.IncrementOverflow();
    }

    /// <summary>Removes all parts, so that the counter is 0 but for increments under way. The whole is not atomic.</summary>
    /// <param name="cancellationToken">Ends the wait; parts may still be removed.</param>
    public async ValueTask RemoveAsync(CancellationToken cancellationToken = default) =>
        await _cache.RemoveManyAsync(_parts, cancellationToken).ConfigureAwait(false);

    // Begins with a brace, and has the part's number in the hash tag if there is one: otherwise keys with a tag would have all parts in one slot.
    private static CacheKey KeyOf(byte[] name, int part) => (byte[])[.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{+{part}:")), .. name];

    private static long NumberOf(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long number, out var read) && read == text.Length ? number : throw CacheRequestException.NotANumber();
}
