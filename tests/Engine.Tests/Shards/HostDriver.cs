using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Tests.Shards;

/// <summary>Builds batches for a host and keeps their results. For one thread.</summary>
internal sealed class HostDriver(ShardHost host, int cache = 0) : IDisposable
{
    private readonly ValueBuffer _values = new();
    private ShardOperation[] _operations = new ShardOperation[64];
    private ShardResult[] _results = new ShardResult[64];
    private byte[] _payload = new byte[4096];
    private int _count;
    private int _end;

    /// <summary>The results of the last batch.</summary>
    public ReadOnlySpan<ShardResult> Results => _results.AsSpan(0, _count);

    public ShardHost Host => host;

    /// <summary>How many bytes of values a batch returns.</summary>
    public int MaxValues { get; set; } = int.MaxValue;

    /// <summary>What the session of all operations has seen; the default: they have none.</summary>
    public LogPosition Seen { get; set; }

    /// <summary>What the operations of the last batch have seen, if they have a session.</summary>
    public LogPosition[] Positions { get; private set; } = [];

    /// <summary>When a batch was sent at the earliest.</summary>
    public long SentAfter { get; set; } = ShardBatch.NeverSent;

    /// <summary>Starts a batch.</summary>
    public void Begin()
    {
        _count = 0;
        _end = 0;
    }

    /// <summary>Adds an operation; offsets and lengths are set here.</summary>
    public void Add(ShardOperation operation, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value = default)
    {
        if (_count == _operations.Length)
        {
            Array.Resize(ref _operations, _count * 2);
            Array.Resize(ref _results, _count * 2);
        }

        while (_end + key.Length + value.Length > _payload.Length)
        {
            Array.Resize(ref _payload, _payload.Length * 2);
        }

        operation.KeyOffset = _end;
        operation.KeyLength = (ushort)key.Length;
        key.CopyTo(_payload.AsSpan(_end));
        _end += key.Length;
        operation.ValueOffset = _end;
        operation.ValueLength = value.Length;
        value.CopyTo(_payload.AsSpan(_end));
        _end += value.Length;
        _operations[_count++] = operation;
    }

    public void Execute()
    {
        _values.Reset();
        var sessions = Seen == default ? [] : new LogPosition[_count];
        sessions.AsSpan().Fill(Seen);
        Positions = Seen == default ? [] : new LogPosition[_count];
        Wait = host.Execute(cache, new ShardBatch(_operations.AsSpan(0, _count), _payload.AsSpan(0, _end), _results.AsSpan(0, _count), _values, MaxValues, SentAfter)
        {
            Sessions = sessions,
            Positions = Positions,
        });
    }

    /// <summary>What the results of the last batch wait for, if anything.</summary>
    public BatchWait? Wait { get; private set; }

    /// <summary>Whether the last batch is complete by now; its results are then.</summary>
    public bool IsComplete()
    {
        if (Wait is { } wait)
        {
            if (!wait.IsOver)
            {
                return false;
            }

            wait.Settle(_results.AsSpan(0, _count));
            wait.Dispose();
            Wait = null;
        }

        return true;
    }

    /// <summary>The value that a read of the last batch found.</summary>
    public ReadOnlySpan<byte> ValueOf(int index) => _values.Values.Slice(_results[index].ValueOffset, _results[index].ValueLength);

    public OperationKind KindOf(int index) => _operations[index].Kind;

    /// <summary>The value that an operation of the last batch brought, as a number.</summary>
    public long WrittenBy(int index) => BitConverter.ToInt64(_payload, _operations[index].ValueOffset);

    /// <summary>Executes one operation.</summary>
    public ShardResult One(ShardOperation operation, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value = default)
    {
        Begin();
        Add(operation, key, value);
        Execute();
        return _results[0];
    }

    public ShardResult Get(string key) => One(new ShardOperation { Kind = OperationKind.Get }, Encoding.UTF8.GetBytes(key));

    public ShardResult Set(string key, ReadOnlySpan<byte> value, long timeToLive = 0, long sliding = 0) =>
        One(new ShardOperation { Kind = OperationKind.Set, TimeToLive = timeToLive, SlidingExpiration = sliding }, Encoding.UTF8.GetBytes(key), value);

    public ShardResult GetRange(string key, long offset, long length) =>
        One(new ShardOperation { Kind = OperationKind.GetRange, Offset = offset, Length = length }, Encoding.UTF8.GetBytes(key));

    public OperationStatus Stage(string key, long id, long offset, long length, ReadOnlySpan<byte> chunk) =>
        One(new ShardOperation { Kind = OperationKind.Stage, Argument = id, Offset = offset, Length = length }, Encoding.UTF8.GetBytes(key), chunk).Status;

    public ShardResult Commit(string key, long id, CacheConditionKind condition = CacheConditionKind.None) =>
        One(new ShardOperation { Kind = OperationKind.Commit, Condition = (byte)condition }, Encoding.UTF8.GetBytes(key), BitConverter.GetBytes(id));

    public OperationStatus Discard(string key, long id) =>
        One(new ShardOperation { Kind = OperationKind.Discard, Argument = id }, Encoding.UTF8.GetBytes(key)).Status;

    public ShardResult Remove(string key) => One(new ShardOperation { Kind = OperationKind.Remove }, Encoding.UTF8.GetBytes(key));

    public bool Has(string key) => One(new ShardOperation { Kind = OperationKind.Peek }, Encoding.UTF8.GetBytes(key)).Status == OperationStatus.Done;

    public string? TextOf(string key) => Get(key).Status == OperationStatus.Done ? Encoding.UTF8.GetString(ValueOf(0)) : null;

    public void Dispose() => _values.Dispose();
}
