using System.Globalization;
using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Repair;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Simulation.World;

/// <summary>The product's own store: shards in their arena, changes in their bytes. Each copy has a small host of its own.</summary>
internal sealed class ShardSimStore : ISimStore, IDisposable
{
    private readonly ShardHost _shards;
    private readonly PartitionStore _store;
    private readonly ValueBuffer _values = new();

    public ShardSimStore(Func<long> wallClock)
    {
        var settings = new ShardHostSettings
        {
            PartitionCount = 1,
            MemoryBudgetBytes = 4 << 20,
            Limits = new CacheLimits(),
            Caches = new Dictionary<string, CacheOptions> { ["cache"] = new CacheOptions() },
            HashSeed = 1,
        };
        var time = new WallClock(wallClock);
        _shards = new ShardHost(settings, time);
        _shards.Open(0, epoch: 1);
        _store = new PartitionStore(_shards, 0, new CopyRepair(_shards, 0, new RepairCounts()), time);
    }

    /// <inheritdoc/>
    public long VersionFloor => _store.VersionFloor;

    /// <inheritdoc/>
    public ReadOnlySpan<SimEntry> Entries => Array.ConvertAll(Enumerable.Range(0, SimSettings.Keys).ToArray(), Find);

    /// <inheritdoc/>
    public CommandEffect Execute(SimCommand asked)
    {
        var found = Find(asked.Key);
        var operation = new ShardOperation { Kind = OperationKind.Set };
        var value = Encoding.UTF8.GetBytes(asked.Value.ToString(CultureInfo.InvariantCulture));
        switch (asked.Kind)
        {
            case CommandKind.Get:
                return Unchanged(found);
            case CommandKind.SetIfAbsent:
                operation.Condition = (byte)CacheConditionKind.IfAbsent;
                break;
            case CommandKind.SetIfEqual:
                operation.Condition = (byte)CacheConditionKind.IfVersion;
                operation.Argument = found.IsPresent && found.Value == asked.Expected ? found.Version : -1;
                break;
            case CommandKind.Increment:
                operation = new ShardOperation { Kind = OperationKind.Increment, Argument = asked.Value };
                value = [];
                break;
            case CommandKind.Remove:
                operation.Kind = OperationKind.Remove;
                value = [];
                break;
        }

        if (Execute(operation, asked.Key, value).Status != OperationStatus.Done)
        {
            return Unchanged(found);
        }

        var isRemoval = asked.Kind == CommandKind.Remove;
        var cache = _shards.StoreOf(0);
        var key = KeyOf(asked.Key);
        var change = _store.Pack(isRemoval ? ChangeKind.Removal : ChangeKind.Entry, cache, key, cache.Hash.Of(key), now: 0);
        var told = (isRemoval ? found : Find(asked.Key)) with { IsDone = true };
        return new CommandEffect { HasChanged = true, KeyHash = (ulong)asked.Key + 1, Change = change, Result = told.ToBytes() };
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlyMemory<byte> change, long writtenAt) => _store.Apply(change, writtenAt);

    /// <inheritdoc/>
    public void Scan(ref ulong cursor, int atMost, List<ReadOnlyMemory<byte>> changes) => _store.Scan(ref cursor, atMost, changes);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Keep(ReadOnlyMemory<byte> change) => _store.Keep(change);

    /// <inheritdoc/>
    public void RaiseVersionFloor(long version) => _store.RaiseVersionFloor(version);

    /// <inheritdoc/>
    public void Clear() => _store.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        _shards.Validate();
        _shards.Dispose();
        _values.Dispose();
    }

    private static byte[] KeyOf(int key) => [(byte)'k', (byte)('0' + key)];

    private static CommandEffect Unchanged(SimEntry found) =>
        new() { HasChanged = false, KeyHash = (ulong)found.Key + 1, Result = found.ToBytes() };

    private SimEntry Find(int key)
    {
        var result = Execute(new ShardOperation { Kind = OperationKind.Get }, key, []);
        return result.Status == OperationStatus.Done
            ? new SimEntry(key, true, false, long.Parse(_values.Values, CultureInfo.InvariantCulture), result.Version)
            : new SimEntry(key, false, false, 0, 0);
    }

    private ShardResult Execute(ShardOperation operation, int key, byte[] value)
    {
        byte[] payload = [.. KeyOf(key), .. value];
        operation.KeyLength = (ushort)(payload.Length - value.Length);
        operation.ValueOffset = operation.KeyLength;
        operation.ValueLength = value.Length;
        var result = default(ShardResult);
        _values.Reset();
        _shards.Execute(0, new ShardBatch(new ReadOnlySpan<ShardOperation>(in operation), payload, new Span<ShardResult>(ref result), _values));
        return result;
    }

    /// <summary>The node's wall clock, which jumps; nothing expires, so the other clock stands.</summary>
    private sealed class WallClock(Func<long> microseconds) : TimeProvider
    {
        private long _looks;

        // A shard reads the wall clock once for each of its milliseconds.
        public override long GetTimestamp() => ++_looks * TimestampFrequency / 1000;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(microseconds() * TimeSpan.TicksPerMicrosecond);
    }
}
