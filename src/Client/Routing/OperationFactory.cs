using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Routing;

/// <summary>Makes operations of a caller's arguments, and refuses what the grid would refuse before anything is sent.</summary>
internal static class OperationFactory
{
    public static Operation Get(CacheKey key, CacheLimits limits) => Keyed(OperationKind.Get, key, limits);

    public static Operation Remove(CacheKey key, CacheLimits limits) => Keyed(OperationKind.Remove, key, limits);

    public static Operation Peek(CacheKey key, CacheLimits limits) => Keyed(OperationKind.Peek, key, limits);

    public static Operation Touch(CacheKey key, TimeSpan timeToLive, CacheLimits limits)
    {
        var operation = Keyed(OperationKind.Touch, key, limits);
        return operation with { Header = operation.Header with { TimeToLive = Milliseconds(nameof(timeToLive), timeToLive, limits) } };
    }

    public static Operation Set(CacheKey key, ReadOnlyMemory<byte> value, in CacheSetOptions options, CacheLimits limits)
    {
        var operation = Keyed(OperationKind.Set, key, limits);
        CheckSizes(operation.Header.KeyLength, value.Length, limits);
        var header = WithExpiry(operation.Header, options, limits);
        header.Condition = (byte)options.Condition.Kind;
        header.Argument = options.Condition.Version;
        header.ValueLength = value.Length;
        return operation with { Header = header, Value = value };
    }

    public static Operation Increment(CacheKey key, long by, in CacheSetOptions options, CacheLimits limits)
    {
        var operation = Keyed(OperationKind.Increment, key, limits);
        var header = WithExpiry(operation.Header, options, limits);
        header.Argument = by;
        return operation with { Header = header };
    }

    /// <summary>Checks operations that were made before the grid's limits were known.</summary>
    public static void CheckAgain(ReadOnlySpan<Operation> operations, CacheLimits limits)
    {
        foreach (ref readonly var operation in operations)
        {
            CheckSizes(operation.Header.KeyLength, operation.Value.Length, limits);
            CheckDuration(nameof(CacheSetOptions.TimeToLive), TimeSpan.FromMilliseconds(operation.Header.TimeToLive), limits);
            CheckDuration(nameof(CacheSetOptions.SlidingExpiration), TimeSpan.FromMilliseconds(operation.Header.SlidingExpiration), limits);
        }

        if (operations.Length > 1)
        {
            CheckBatch(operations, limits);
        }
    }

    /// <summary>Checks the batch as a whole.</summary>
    /// <exception cref="CacheRequestException">It is too large, or a key stands in it twice.</exception>
    public static void CheckBatch(ReadOnlySpan<Operation> operations, CacheLimits limits)
    {
        if (operations.Length > limits.MaxBatchOperations)
        {
            throw CacheRequestException.TooManyOperations(operations.Length, limits.MaxBatchOperations);
        }

        var seen = new Dictionary<CacheKey, int>(operations.Length);
        var bytes = 0L;
        for (var index = 0; index < operations.Length; index++)
        {
            bytes += operations[index].PayloadBytes;
            if (!seen.TryAdd(operations[index].Key, index))
            {
                throw CacheRequestException.DuplicateKey(seen[operations[index].Key], index);
            }
        }

        if (bytes > limits.MaxBatchBytes)
        {
            throw CacheRequestException.TooManyBytes(bytes, limits.MaxBatchBytes);
        }
    }

    private static Operation Keyed(OperationKind kind, CacheKey key, CacheLimits limits)
    {
        if (key.IsEmpty)
        {
            throw CacheRequestException.EmptyKey();
        }

        var bytes = key.ByteCount;
        CheckSizes(bytes, 0, limits);
        return new Operation(new ShardOperation { Kind = kind, KeyLength = (ushort)bytes }, key, default);
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
