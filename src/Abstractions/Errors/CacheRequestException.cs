using System.Globalization;

namespace Orleans.Cache;

/// <summary>
/// The request itself is at fault: a key, value, time to live, batch, cache name or number that the grid does not take. Nothing was done,
/// and trying again without a change gives the same error. <see cref="CacheException.Code"/> says which rule was broken.
/// </summary>
public sealed class CacheRequestException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheRequestException(CacheErrorCode code, string message)
        : base(code, message)
    {
    }

    internal static CacheRequestException EmptyKey() => new(
        CacheErrorCode.InvalidKey,
        "The key is null or empty. A key has at least 1 byte: pass a non-empty string or byte array.");

    internal static CacheRequestException MalformedKey() => new(
        CacheErrorCode.InvalidKey,
        "The key is text with a lone surrogate, which UTF-8 cannot express. Pass well-formed text, or the key's bytes.");

    internal static CacheRequestException KeyTooLong(int bytes, int limit) => Create(
        CacheErrorCode.InvalidKey,
        $"The key has {bytes} bytes; the limit is {limit}. Shorten or hash it, or raise Cache:Limits:MaxKeyBytes on every silo.");

    internal static CacheRequestException ValueTooLarge(long bytes, int limit) => Create(
        CacheErrorCode.ValueTooLarge,
        $"The value has {bytes} bytes; the limit is {limit}. Split or compress it, or raise Cache:Limits:MaxValueBytes on every silo.");

    internal static CacheRequestException InvalidTimeToLive(string name, TimeSpan value, TimeSpan limit) => Create(
        CacheErrorCode.InvalidTimeToLive,
        $"{name} is {value}. It must be at least 1 ms and at most {limit}. Leave it unset for the cache's default, or pass Timeout.InfiniteTimeSpan for an entry that does not expire.");

    internal static CacheRequestException TooManyOperations(int operations, int limit) => Create(
        CacheErrorCode.BatchTooLarge,
        $"The batch has {operations} operations; the limit is {limit}. Send several smaller batches, or raise Cache:Limits:MaxBatchOperations on every silo.");

    internal static CacheRequestException TooManyBytes(long bytes, long limit) => Create(
        CacheErrorCode.BatchTooLarge,
        $"The batch has {bytes} bytes; the limit is {limit}. Send several smaller batches, or raise Cache:Limits:MaxBatchBytes on every silo.");

    internal static CacheRequestException DuplicateKey(int first, int second) => Create(
        CacheErrorCode.DuplicateKey,
        $"The keys at positions {first} and {second} of the batch are the same. Each key may stand once in a batch: their order would decide the outcome. Remove one of them.");

    internal static CacheRequestException UnknownCache(string name, IEnumerable<string> known) => Create(
        CacheErrorCode.UnknownCache,
        $"The grid has no cache named '{name}'. It has: {string.Join(", ", known)}. Use one of these, or add Cache:Caches:{name} to the configuration of every silo.");

    internal static CacheRequestException InvalidCacheName(string? name) => Create(
        CacheErrorCode.UnknownCache,
        $"'{name}' is no cache name. A name has 1 to 64 characters of a-z, A-Z, 0-9, '-', '_' and '.'.");

    internal static CacheRequestException TooManyTags(int tags, int limit) => Create(
        CacheErrorCode.InvalidTag,
        $"There are {tags} tags; the limit is {limit}. Use fewer: tag entries with what they are removed by, not with all that they contain.");

    internal static CacheRequestException InvalidTag(string? tag, int limit) => Create(
        CacheErrorCode.InvalidTag,
        $"'{tag}' is no tag. A tag is well-formed text of 1 to {limit} bytes in UTF-8, and not '*', which stands for all entries where tags are removed.");

    internal static CacheRequestException NoHotKeys(string cache) => Create(
        CacheErrorCode.HotKeys,
        $"The cache '{cache}' has no hot keys. Set Cache:Caches:{cache}:HotKeys to true on every silo, and its NearCache to bounded or strict.");

    internal static CacheRequestException TooManyPinned(string cache) => Create(
        CacheErrorCode.HotKeys,
        $"As many keys of the cache '{cache}' are pinned as may be. Unpin one first.");

    internal static CacheRequestException NotANumber() => new(
        CacheErrorCode.NotANumber,
        "The entry does not hold a whole number. An entry can be incremented if it is absent, or if its value is the decimal text of a signed 64-bit number, as increments write it: set it to such text, or remove it first.");

    internal static CacheRequestException IncrementOverflow() => new(
        CacheErrorCode.IncrementOverflow,
        "The increment would leave the range of a signed 64-bit number. The entry is unchanged: set it to a smaller number first.");

    internal static CacheRequestException InvalidVersion(long version) => Create(
        CacheErrorCode.InvalidVersion,
        $"{version} is no version: versions are above 0. Pass the version of a read or write; for an entry that must be absent use CacheCondition.IfAbsent.");

    internal static CacheRequestException EntryTooLarge() => new(
        CacheErrorCode.EntryTooLarge,
        "The entry alone is larger than the memory its silo may use for the cache. Nothing was evicted for it. Shorten the value, or raise Cache:MemoryBudgetBytes or the cache's MaxBytes.");

    internal static CacheRequestException RecursiveLoad() => new(
        CacheErrorCode.RecursiveLoad,
        "The factory asked, by GetOrSetAsync, for the key that it is loading, so it would wait for itself for ever. Read what it needs from the source, or from another key; the value it replaces is in its context.");

    internal static CacheRequestException EventsOff(string cache) => Create(
        CacheErrorCode.EventsOff,
        $"The cache '{cache}' has no events. Set Cache:Caches:{cache}:Events to true on every silo.");

    internal static CacheRequestException NoStreamProvider(string provider) => Create(
        CacheErrorCode.NoStreamProvider,
        $"The silos send events by the stream provider '{provider}', which this process does not have. Add it under this name to the Orleans client or silo of this process, configured as on the silos (Cache:Events:StreamProvider).");

    internal static CacheRequestException Malformed(string what) => new(
        CacheErrorCode.MalformedRequest,
        $"The silo could not read the request: {what}. Use the same version of Orleans.Cache in clients and silos.");

    private static CacheRequestException Create(CacheErrorCode code, FormattableString message) =>
        new(code, message.ToString(CultureInfo.InvariantCulture));
}
