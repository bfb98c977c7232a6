using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.EngineBench;

/// <summary>A host full of entries with keys of <see cref="EntryKeys"/> and values of one size, and batches on it. For one thread.</summary>
internal sealed class EngineLoad : IDisposable
{
    public const int ValueBytes = 100;
    private const int TimeToLive = 3_600_000;

    private readonly ShardOperation[] _operations;
    private readonly ShardResult[] _results;
    private readonly byte[] _payload;
    private readonly ValueBuffer _values = new();
    private readonly int _batch;

    public EngineLoad(ShardHost host, int batch)
    {
        Host = host;
        _batch = batch;
        _operations = new ShardOperation[batch];
        _results = new ShardResult[batch];
        _payload = new byte[(batch * EntryKeys.Bytes) + ValueBytes];
        for (var index = 0; index < batch; index++)
        {
            _operations[index] = new ShardOperation
            {
                KeyLength = EntryKeys.Bytes,
                KeyOffset = index * EntryKeys.Bytes,
                ValueOffset = batch * EntryKeys.Bytes,
                TimeToLive = TimeToLive,
            };
        }
    }

    public ShardHost Host { get; }

    /// <summary>What happens after each batch, before its results count; it must let complete what they wait for.</summary>
    public Action? AfterBatch { get; init; }

    public static ShardHost CreateHost(long budget, int partitions = 1024, string eviction = "s3fifo", long? maxEntries = null) =>
        TestHosts.Create(TimeProvider.System, new CacheOptions { Eviction = eviction, MaxEntries = maxEntries }, partitions, budget);

    /// <summary>Gets entries of random numbers below a limit.</summary>
    /// <returns>How many were found.</returns>
    public long Get(long operations, long limit, ref ulong state)
    {
        long found = 0;
        for (long done = 0; done < operations; done += _batch)
        {
            for (var index = 0; index < _batch; index++)
            {
                Prepare(index, OperationKind.Get, EntryKeys.Draw(ref state, limit));
            }

            Execute();
            foreach (ref readonly var result in _results.AsSpan())
            {
                found += result.Status == OperationStatus.Done ? 1 : 0;
            }
        }

        return found;
    }

    /// <summary>Sets entries of random numbers below a limit.</summary>
    public void Overwrite(long operations, long limit, ref ulong state)
    {
        for (long done = 0; done < operations; done += _batch)
        {
            for (var index = 0; index < _batch; index++)
            {
                Prepare(index, OperationKind.Set, EntryKeys.Draw(ref state, limit));
            }

            Execute();
        }
    }

    /// <summary>Sets entries of consecutive numbers.</summary>
    public void Insert(long first, long count)
    {
        for (long done = 0; done < count; done += _batch)
        {
            for (var index = 0; index < _batch; index++)
            {
                Prepare(index, OperationKind.Set, first + done + index);
            }

            Execute();
        }
    }

    /// <summary>Removes entries of random numbers below a limit, and sets them again batch by batch.</summary>
    public void RemoveAndInsert(long operations, long limit, ref ulong state)
    {
        for (long done = 0; done < operations; done += _batch)
        {
            for (var index = 0; index < _batch; index++)
            {
                Prepare(index, OperationKind.Remove, EntryKeys.Draw(ref state, limit));
            }

            Execute();
            for (var index = 0; index < _batch; index++)
            {
                _operations[index].Kind = OperationKind.Set;
                _operations[index].ValueLength = ValueBytes;
            }

            Execute();
        }
    }

    public void Dispose()
    {
        _values.Dispose();
        Host.Dispose();
    }

    private void Prepare(int index, OperationKind kind, long number)
    {
        _operations[index].Kind = kind;
        _operations[index].ValueLength = kind == OperationKind.Set ? ValueBytes : 0;
        EntryKeys.Write(number, _payload.AsSpan(index * EntryKeys.Bytes));
    }

    private void Execute()
    {
        _values.Reset();
        var wait = Host.Execute(0, new ShardBatch(_operations, _payload, _results, _values));
        if (wait is not null)
        {
            AfterBatch?.Invoke();
            if (!wait.IsOver)
            {
                throw new InvalidOperationException("a batch waits for nobody");
            }

            wait.Settle(_results);
            wait.Dispose();
        }
    }
}
