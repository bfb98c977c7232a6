using System.Buffers.Binary;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Tests.Shards;

/// <summary>
/// Random reads and writes of keys that no other run uses, while entries may be evicted at any time: what is read must be what was written
/// last, whole, or nothing. For one thread; several runs share a host.
/// </summary>
internal sealed class SoakRun(ShardHost host, int number, int keys, int longestValue, int cache = 0) : IDisposable
{
    private const int Batch = 16;

    private readonly HostDriver _driver = new(host, cache);
    private readonly Random _random = new(number);
    private readonly long[] _written = new long[keys];
    private readonly int[] _touched = new int[Batch];
    private readonly long[] _before = new long[Batch];
    private readonly byte[] _value = new byte[longestValue + sizeof(long)];
    private long _writes;

    /// <summary>Reads that found something.</summary>
    public long Hits { get; private set; }

    /// <summary>Executes operations in batches, each key at most once in a batch.</summary>
    /// <exception cref="InvalidOperationException">A read found something else than was written last.</exception>
    public void Run(int operations)
    {
        Span<byte> key = stackalloc byte[12];
        for (var done = 0; done < operations; done += Batch)
        {
            _driver.Begin();
            for (var index = 0; index < Batch; index++)
            {
                _touched[index] = (Skewed() / Batch * Batch) + index;
                _before[index] = _written[_touched[index]];
                BinaryPrimitives.WriteInt32LittleEndian(key, number);
                BinaryPrimitives.WriteInt64LittleEndian(key[4..], _touched[index]);
                Add(_touched[index], key);
            }

            _driver.Execute();
            for (var index = 0; index < Batch; index++)
            {
                Check(index);
            }
        }
    }

    public void Dispose() => _driver.Dispose();

    private static int LengthOf(long write, int longest) => sizeof(long) + (int)((ulong)(write * 2_654_435_761L) % (ulong)longest);

    private int Skewed() => (int)((keys - Batch) * Math.Pow(_random.NextDouble(), 3));

    private void Add(int item, ReadOnlySpan<byte> key)
    {
        switch (_random.Next(10))
        {
            case < 5:
                _driver.Add(new ShardOperation { Kind = OperationKind.Get }, key);
                break;
            case < 9:
                _written[item] = ++_writes;
                var length = LengthOf(_writes, longestValue);
                _value.AsSpan(0, length).Fill((byte)_writes);
                BinaryPrimitives.WriteInt64LittleEndian(_value, _writes);
                _driver.Add(new ShardOperation { Kind = OperationKind.Set, TimeToLive = _random.Next(4) == 0 ? 1 + _random.Next(2_000) : 0 }, key, _value.AsSpan(0, length));
                break;
            default:
                _written[item] = 0;
                _driver.Add(new ShardOperation { Kind = OperationKind.Remove }, key);
                break;
        }
    }

    private void Check(int index)
    {
        ref readonly var result = ref _driver.Results[index];
        if (result.Status == OperationStatus.NoRoom)
        {
            // Not done: what was there before is still there, or evicted.
            _written[_touched[index]] = _before[index];
        }

        if (result.ValueLength == 0)
        {
            return;
        }

        Hits++;
        var value = _driver.ValueOf(index);
        var write = BinaryPrimitives.ReadInt64LittleEndian(value);
        if (write != _written[_touched[index]] || value.Length != LengthOf(write, longestValue) || value[sizeof(long)..].ContainsAnyExcept((byte)write))
        {
            throw new InvalidOperationException($"run {number}: key {_touched[index]} read write {write}, {value.Length} bytes; written was {_written[_touched[index]]}");
        }
    }
}
