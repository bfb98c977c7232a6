using System.Globalization;
using System.Text;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Engine.Tests.Shards;

/// <summary>
/// What a cache must do, in the plainest words: a dictionary, and with a capacity strict LRU over all partitions. Versions are taken over
/// from the engine once they were seen to rise.
/// </summary>
internal sealed class ModelCache(CacheOptions options, long now)
{
    private readonly Dictionary<string, ModelEntry> _entries = new(StringComparer.Ordinal);
    private readonly long _start = now;
    private long _uses;

    public int Count => _entries.Count;

    /// <summary>Executes an operation and compares what the engine answered.</summary>
    /// <returns>What is wrong; <see langword="null"/>: nothing.</returns>
    public string? Check(in ShardOperation operation, string key, ReadOnlySpan<byte> value, long clock, in ShardResult result, ReadOnlySpan<byte> read)
    {
        var time = clock - _start;
        if (_entries.TryGetValue(key, out var entry) && entry.Expiry <= time)
        {
            _entries.Remove(key);
            entry = null;
        }

        return operation.Kind switch
        {
            OperationKind.Get => Get(entry, time, result, read),
            OperationKind.Set => Set(operation, key, entry, value, time, result),
            OperationKind.Remove => Remove(key, entry, result),
            OperationKind.Touch => Touch(operation, entry, time, result),
            OperationKind.Increment => Increment(operation, key, entry, time, result),
            _ => Describe(entry, time, result),
        };
    }

    /// <summary>Drops what has expired: until then it takes room.</summary>
    public void Sweep(long clock)
    {
        foreach (var (key, entry) in _entries)
        {
            if (entry.Expiry <= clock - _start)
            {
                _entries.Remove(key);
            }
        }
    }

    private static string? Expect<T>(string what, T expected, T actual) =>
        EqualityComparer<T>.Default.Equals(expected, actual) ? null : $"{what}: expected {expected}, was {actual}";

    private static string? Describe(ModelEntry? entry, long time, in ShardResult result) =>
        Expect("status", entry is null ? OperationStatus.NotFound : OperationStatus.Done, result.Status)
        ?? Expect("version", entry?.Version ?? 0, result.Version)
        ?? Expect("time left", entry is null || entry.Expiry == long.MaxValue ? ShardOperation.Forever : entry.Expiry - time, result.Number);

    private string? Get(ModelEntry? entry, long time, in ShardResult result, ReadOnlySpan<byte> read)
    {
        if (entry is not null)
        {
            Use(entry, time);
            if (!read.SequenceEqual(entry.Value))
            {
                return $"value: expected {entry.Value.Length} bytes, was {read.Length} (or other ones)";
            }
        }

        return Describe(entry, time, result);
    }

    private string? Set(in ShardOperation operation, string key, ModelEntry? entry, ReadOnlySpan<byte> value, long time, in ShardResult result)
    {
        var condition = (CacheConditionKind)operation.Condition;
        var expected = condition switch
        {
            CacheConditionKind.IfAbsent when entry is not null => OperationStatus.KeyPresent,
            CacheConditionKind.IfPresent or CacheConditionKind.IfVersion when entry is null => OperationStatus.KeyAbsent,
            CacheConditionKind.IfVersion when entry!.Version != operation.Argument => OperationStatus.VersionMismatch,
            _ => OperationStatus.Done,
        };
        if (expected != OperationStatus.Done || result.Status != expected)
        {
            return Expect("status", expected, result.Status) ?? Expect("version", entry?.Version ?? 0, result.Version);
        }

        var written = entry ?? Add(key);
        SetTimes(written, operation, time);
        return Write(written, value.ToArray(), time, result);
    }

    private string? Remove(string key, ModelEntry? entry, in ShardResult result)
    {
        _entries.Remove(key);
        return Expect("status", entry is null ? OperationStatus.NotFound : OperationStatus.Done, result.Status);
    }

    private string? Touch(in ShardOperation operation, ModelEntry? entry, long time, in ShardResult result)
    {
        if (entry is not null)
        {
            entry.Absolute = Absolute(operation.TimeToLive, time);
            Use(entry, time);
        }

        return Describe(entry, time, result);
    }

    private string? Increment(in ShardOperation operation, string key, ModelEntry? entry, long time, in ShardResult result)
    {
        long number = 0;
        if (entry is not null
            && !(long.TryParse(Encoding.UTF8.GetString(entry.Value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)))
        {
            return Expect("status", OperationStatus.NotANumber, result.Status);
        }

        var sum = (Int128)number + operation.Argument;
        if (sum < long.MinValue || sum > long.MaxValue)
        {
            return Expect("status", OperationStatus.Overflow, result.Status);
        }

        if (entry is null)
        {
            entry = Add(key);
            SetTimes(entry, operation, time);
        }

        return Expect("status", OperationStatus.Done, result.Status) ?? Expect("sum", (long)sum, result.Number) ?? Write(entry, Encoding.UTF8.GetBytes(((long)sum).ToString(CultureInfo.InvariantCulture)), time, result);
    }

    private ModelEntry Add(string key)
    {
        if (_entries.Count >= options.MaxEntries)
        {
            _entries.Remove(_entries.MinBy(static pair => pair.Value.Used).Key);
        }

        return _entries[key] = new ModelEntry();
    }

    private string? Write(ModelEntry entry, byte[] value, long time, in ShardResult result)
    {
        var before = entry.Version;
        entry.Value = value;
        entry.Version = result.Version;
        Use(entry, time);
        return Expect("status", OperationStatus.Done, result.Status) ?? (result.Version > before ? null : $"version {result.Version} follows {before}");
    }

    private void SetTimes(ModelEntry entry, in ShardOperation operation, long time)
    {
        entry.Absolute = Absolute(operation.TimeToLive, time);
        entry.Sliding = operation.SlidingExpiration switch
        {
            0 => (long)(options.DefaultSlidingExpiration?.TotalMilliseconds ?? 0),
            ShardOperation.Forever => 0,
            var sliding => sliding,
        };
    }

    private long Absolute(long timeToLive, long time)
    {
        if (timeToLive == 0)
        {
            timeToLive = (long)(options.DefaultTimeToLive?.TotalMilliseconds ?? ShardOperation.Forever);
        }

        return timeToLive == ShardOperation.Forever ? long.MaxValue : time + timeToLive;
    }

    private void Use(ModelEntry entry, long time)
    {
        entry.Used = ++_uses;
        entry.Expiry = entry.Sliding == 0 ? entry.Absolute : Math.Min(entry.Absolute, time + entry.Sliding);
    }
}
