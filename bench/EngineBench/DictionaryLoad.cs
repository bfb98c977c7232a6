using System.Collections.Concurrent;
using System.IO.Hashing;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.EngineBench;

/// <summary>The same work on a <see cref="ConcurrentDictionary{TKey, TValue}"/> of arrays: found by a span, value copied out, TTL kept.</summary>
internal sealed class DictionaryLoad : IDisposable
{
    private readonly ConcurrentDictionary<byte[], Entry> _entries;
    private readonly ConcurrentDictionary<byte[], Entry>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly ValueBuffer _values = new();
    private readonly byte[] _key = new byte[EntryKeys.Bytes];
    private readonly byte[] _value = new byte[EngineLoad.ValueBytes];
    private readonly int _batch;

    public DictionaryLoad(int entries, int batch)
    {
        _batch = batch;
        _entries = new(concurrencyLevel: 64, entries, new KeyComparer());
        _lookup = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public long Get(long operations, long limit, ref ulong state)
    {
        long found = 0;
        for (long done = 0; done < operations; done++)
        {
            if (done % _batch == 0)
            {
                _values.Reset();
            }

            EntryKeys.Write(EntryKeys.Draw(ref state, limit), _key);
            if (_lookup.TryGetValue(_key, out var entry) && entry.Expiry > Environment.TickCount64)
            {
                _values.Append(entry.Value);
                found++;
            }
        }

        return found;
    }

    public void Overwrite(long operations, long limit, ref ulong state)
    {
        for (long done = 0; done < operations; done++)
        {
            EntryKeys.Write(EntryKeys.Draw(ref state, limit), _key);
            Set();
        }
    }

    public void Insert(long first, long count)
    {
        for (var number = first; number < first + count; number++)
        {
            EntryKeys.Write(number, _key);
            Set();
        }
    }

    /// <summary>Sets entries of consecutive numbers, and removes as many: those that come <paramref name="entries"/> before.</summary>
    public void Replace(long first, long count, long entries)
    {
        for (var number = first; number < first + count; number++)
        {
            EntryKeys.Write(number - entries, _key);
            _lookup.TryRemove(_key, out _);
            EntryKeys.Write(number, _key);
            Set();
        }
    }

    /// <summary>Removes entries of random numbers below a limit, and sets each again.</summary>
    public void RemoveAndInsert(long operations, long limit, ref ulong state)
    {
        for (long done = 0; done < operations; done++)
        {
            EntryKeys.Write(EntryKeys.Draw(ref state, limit), _key);
            _lookup.TryRemove(_key, out _);
            Set();
        }
    }

    public void Dispose() => _values.Dispose();

    private void Set() => _lookup[_key] = new Entry(_value.ToArray(), Environment.TickCount64 + 3_600_000);

    private sealed record Entry(byte[] Value, long Expiry);

    private sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash3.HashToUInt64(alternate, 42);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
