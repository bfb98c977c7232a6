using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Orleans.Cache.Client.Caching;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Loading;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Routing;

/// <summary>Makes operations of a caller's arguments, and refuses what the grid would refuse before anything is sent.</summary>
internal static class OperationFactory
{
    private const int KeyBytesOnStack = 192;

    /// <summary>Makes a get.</summary>
    /// <param name="key">The key.</param>
    /// <param name="limits">The grid's limits.</param>
    /// <param name="maxWhole">The largest value that comes in one piece; 0: any.</param>
    /// <param name="level">Which copies may answer.</param>
    public static Operation Get(CacheKey key, CacheLimits limits, int maxWhole = 0, ReadLevel level = ReadLevel.Owner) =>
        Keyed(new ShardOperation { Kind = OperationKind.Get, Argument = maxWhole, Level = level }, key, limits);

    /// <summary>Makes a get that begins an entry's sliding expiration anew, and leaves its value where it is, unless that is no longer than one byte.</summary>
    public static Operation Renew(CacheKey key, CacheLimits limits) => Get(key, limits, maxWhole: 1) with { LeavesValue = true };

    public static Operation Remove(CacheKey key, CacheLimits limits, CacheWriteConcern? concern = null) =>
        Keyed(new ShardOperation { Kind = OperationKind.Remove, Concern = ToNumber(concern) }, key, limits);

    public static Operation Peek(CacheKey key, CacheLimits limits) => Keyed(new ShardOperation { Kind = OperationKind.Peek }, key, limits);

    public static Operation Touch(CacheKey key, TimeSpan timeToLive, CacheLimits limits, CacheWriteConcern? concern = null) =>
        Keyed(new ShardOperation { Kind = OperationKind.Touch, TimeToLive = Milliseconds(nameof(timeToLive), timeToLive, limits), Concern = ToNumber(concern) }, key, limits);

    /// <summary>Makes a set.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="limits">The grid's limits.</param>
    /// <param name="concern">Where the options name none; <see langword="null"/>: the cache's.</param>
    public static Operation Set(CacheKey key, ReadOnlyMemory<byte> value, in CacheSetOptions options, CacheLimits limits, CacheWriteConcern? concern = null)
    {
        var operation = Keyed(new ShardOperation { Kind = OperationKind.Set }, key, limits);
        CheckSizes(operation.Header.KeyLength, value.Length, limits);
        var header = WithExpiry(operation.Header, options, limits);
        header.Condition = (byte)options.Condition.Kind;
        header.Concern = ToNumber(options.WriteConcern ?? concern);
        header.Argument = options.Condition.Version;
        if (options.Tags is { Count: > 0 } tags)
        {
            header.Kind = OperationKind.SetTagged;
            value = TagList.Before(tags, value.Span);
        }

        header.ValueLength = value.Length;
        header.Mark = options.Condition.Kind == CacheConditionKind.None ? 0 : OperationMark.Next();
        return operation with { Header = header, Value = value };
    }

    /// <summary>Makes a get that takes stale entries too.</summary>
    public static Operation LoadGet(CacheKey key, CacheLimits limits, int maxWhole, ReadLevel level = ReadLevel.Owner)
    {
        var operation = Get(key, limits, maxWhole, level);
        return operation with { Header = operation.Header with { IsLoad = true } };
    }

    /// <summary>Makes the set that ends a load.</summary>
    /// <param name="key">The key.</param>
    /// <param name="marked">A <see cref="LoadMark"/>, and behind it the value.</param>
    /// <param name="token">Of the load's lease.</param>
    /// <param name="options">How it is written; without a condition.</param>
    /// <param name="limits">The grid's limits.</param>
    /// <param name="concern">Where the options name none; <see langword="null"/>: the cache's.</param>
    public static Operation LoadSet(CacheKey key, ReadOnlyMemory<byte> marked, long token, in CacheSetOptions options, CacheLimits limits, CacheWriteConcern? concern)
    {
        var operation = Set(key, marked[LoadMark.SizeInBytes..], options, limits, concern);
        if (options.Tags is { Count: > 0 })
        {
            // Mark, tags, value: the tags stand before the value already.
            var whole = new byte[LoadMark.SizeInBytes + operation.Value.Length];
            marked[..LoadMark.SizeInBytes].CopyTo(whole);
            operation.Value.CopyTo(whole.AsMemory(LoadMark.SizeInBytes));
            marked = whole;
        }

        return operation with { Header = operation.Header with { IsLoad = true, Argument = token, ValueLength = marked.Length }, Value = marked };
    }

    public static Operation Increment(CacheKey key, long by, in CacheSetOptions options, CacheLimits limits, CacheWriteConcern? concern = null)
    {
        var operation = Keyed(new ShardOperation { Kind = OperationKind.Increment }, key, limits);
        var header = WithExpiry(operation.Header, options, limits);
        header.Argument = by;
        header.Mark = OperationMark.Next();
        header.Concern = ToNumber(options.WriteConcern ?? concern);
        var value = options.Tags is { Count: > 0 } tags ? TagList.Before(tags, []) : [];
        header.ValueLength = value.Length;
        return operation with { Header = header, Value = value };
    }

    /// <summary>Makes the removal of tags, or of all entries, from the partition of a key.</summary>
    /// <param name="partitionKey">Any key of the partition.</param>
    /// <param name="tags">Their section; empty for all entries.</param>
    /// <param name="limits">The grid's limits.</param>
    /// <param name="concern"><see langword="null"/>: the cache's.</param>
    public static Operation RemoveTags(CacheKey partitionKey, ReadOnlyMemory<byte> tags, CacheLimits limits, CacheWriteConcern? concern = null)
    {
        var header = new ShardOperation { Kind = tags.IsEmpty ? OperationKind.Clear : OperationKind.RemoveTags, Concern = ToNumber(concern), ValueLength = tags.Length };
        return Keyed(header, partitionKey, limits) with { Value = tags };
    }

    /// <summary>Checks operations that were made before the grid's limits were known.</summary>
    public static void CheckAgain(ReadOnlySpan<Operation> operations, CacheLimits limits)
    {
        foreach (ref readonly var operation in operations)
        {
            CheckSizes(operation.Header.KeyLength, operation.Value.Length - (operation.IsLoadSet ? LoadMark.SizeInBytes : 0), limits);
            CheckDuration(nameof(CacheSetOptions.TimeToLive), TimeSpan.FromMilliseconds(operation.Header.TimeToLive), limits);
            CheckDuration(nameof(CacheSetOptions.SlidingExpiration), TimeSpan.FromMilliseconds(operation.Header.SlidingExpiration), limits);
        }

        if (operations.Length > 1)
        {
            CheckBatch(operations, limits);
        }
    }

    /// <summary>Checks the batch as a whole.</summary>
    /// <exception cref="CacheRequestException">It is too large, or two of its operations write the same key.</exception>
    public static void CheckBatch(ReadOnlySpan<Operation> operations, CacheLimits limits)
    {
        if (operations.Length > limits.MaxBatchOperations)
        {
            throw CacheRequestException.TooManyOperations(operations.Length, limits.MaxBatchOperations);
        }

        var bytes = 0L;
        foreach (ref readonly var operation in operations)
        {
            bytes += operation.PayloadBytes;
        }

        if (bytes > limits.MaxBatchBytes)
        {
            throw CacheRequestException.TooManyBytes(bytes, limits.MaxBatchBytes);
        }

        if (operations is [{ IsWrite: true }, ..])
        {
            CheckDuplicates(operations);
        }
    }

    /// <summary>Two reads of a key are one too many, two writes have no order: silos take their parts at the same time, and again.</summary>
    private static void CheckDuplicates(ReadOnlySpan<Operation> operations)
    {
        // An open-addressing table of positions (from 1), by slot: keys that are equal have the same, and few others do.
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)operations.Length * 2);
        var table = ArrayPool<int>.Shared.Rent(size);
        table.AsSpan(0, size).Clear();
        try
        {
            for (var index = 0; index < operations.Length; index++)
            {
                ref readonly var operation = ref operations[index];
                var place = operation.Slot.Number & (size - 1);
                for (; table[place] != 0; place = (place + 1) & (size - 1))
                {
                    ref readonly var other = ref operations[table[place] - 1];
                    if (other.Slot == operation.Slot && other.Key == operation.Key)
                    {
                        throw CacheRequestException.DuplicateKey(table[place] - 1, index);
                    }
                }

                table[place] = index + 1;
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(table);
        }
    }

    /// <summary>Adds the key to an operation, whose header is made before: to change either afterwards copies all of it.</summary>
    [SkipLocalsInit]
    private static Operation Keyed(ShardOperation header, CacheKey key, CacheLimits limits)
    {
        if (key.IsEmpty)
        {
            throw CacheRequestException.EmptyKey();
        }

        // Length and slot in one pass over the key's bytes, on the stack where they are sure to fit.
        Span<byte> stack = stackalloc byte[KeyBytesOnStack];
        if (key.MaxByteCount <= KeyBytesOnStack)
        {
            var length = key.CopyTo(stack);
            CheckSizes(length, 0, limits);
            header.KeyLength = (ushort)length;
            return new Operation(header, key, Slot.Of(stack[..length]), default);
        }

        CheckSizes(key.ByteCount, 0, limits);
        header.KeyLength = (ushort)key.ByteCount;
        return new Operation(header, key, Slot.Of(key), default);
    }

    private static void CheckSizes(int keyBytes, int valueBytes, CacheLimits limits)
    {
        if (keyBytes > limits.MaxKeyBytes)
        {
            throw CacheRequestException.KeyTooLong(keyBytes, limits.MaxKeyBytes);
        }

        if (valueBytes > limits.MaxValueBytes)
        {
            throw CacheRequestException.ValueTooLarge(valueBytes, limits.MaxValueBytes);
        }
    }

    private static void CheckDuration(string name, TimeSpan duration, CacheLimits limits)
    {
        if (duration > limits.MaxTimeToLive)
        {
            throw CacheRequestException.InvalidTimeToLive(name, duration, limits.MaxTimeToLive);
        }
    }

    /// <summary>A concern as it stands in an operation, where 0 is the cache's.</summary>
    private static byte ToNumber(CacheWriteConcern? concern) => concern switch
    {
        null => 0,
        { } named when Enum.IsDefined(named) => (byte)((byte)named + 1),
        _ => throw new ArgumentOutOfRangeException(nameof(concern), concern, "There is no such write concern. Use Owner, Replicated or Majority."),
    };

    private static ShardOperation WithExpiry(ShardOperation header, in CacheSetOptions options, CacheLimits limits)
    {
        header.TimeToLive = options.TimeToLive is { } timeToLive
            ? Milliseconds(nameof(CacheSetOptions.TimeToLive), timeToLive, limits)
            : 0;
        header.SlidingExpiration = options.SlidingExpiration is { } sliding
            ? Milliseconds(nameof(CacheSetOptions.SlidingExpiration), sliding, limits)
            : 0;
        return header;
    }

    private static long Milliseconds(string name, TimeSpan duration, CacheLimits limits)
    {
        if (duration == Timeout.InfiniteTimeSpan)
        {
            return ShardOperation.Forever;
        }

        if (duration < TimeSpan.FromMilliseconds(1))
        {
            throw CacheRequestException.InvalidTimeToLive(name, duration, limits.MaxTimeToLive);
        }

        CheckDuration(name, duration, limits);
        return (long)duration.TotalMilliseconds;
    }
}
