using Orleans.Cache.Engine.Memory;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Batches;

/// <summary>
/// A batch on its way through the engine: operations in, results out, at the same positions. Spans of the caller's buffers, valid for the
/// call only.
/// </summary>
internal readonly ref struct ShardBatch
{
    /// <summary>Stands for a time of which nothing is known.</summary>
    public const long NeverSent = long.MinValue;

    public ShardBatch(
        ReadOnlySpan<ShardOperation> operations, ReadOnlySpan<byte> payload, Span<ShardResult> results, ValueBuffer values, int maxValues = int.MaxValue, long sentAfter = NeverSent)
    {
        SentAfter = sentAfter;
        MaxValues = maxValues;
        Operations = operations;
        Payload = payload;
        Results = results;
        Values = values;
    }

    public ReadOnlySpan<ShardOperation> Operations { get; }

    /// <summary>Keys and values of the operations.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    public Span<ShardResult> Results { get; }

    /// <summary>Where reads append the values they found.</summary>
    public ValueBuffer Values { get; }

    /// <summary>
    /// What the sessions of the operations have seen of their partitions: what is older may not answer them. The default for an operation without a
    /// session; empty when there is no session at all.
    /// </summary>
    public ReadOnlySpan<LogPosition> Sessions { get; init; }

    /// <summary>Receives what the operations of sessions have seen, at the same positions; as long as <see cref="Sessions"/>.</summary>
    public Span<LogPosition> Positions { get; init; }

    /// <summary>How many bytes of values the batch may return; the first value comes in any case.</summary>
    public int MaxValues { get; }

    /// <summary>A time, by this process's timestamps, that was surely over when the batch was sent; <see cref="NeverSent"/> where none is known.</summary>
    public long SentAfter { get; }

    /// <summary>Whether a value of so many bytes may still be returned.</summary>
    public bool HasRoomFor(int bytes) => Values.Length == 0 || bytes <= (long)MaxValues - Values.Length;

    /// <summary>What an operation's session has seen; the default if it has none.</summary>
    public LogPosition SessionOf(int index) => Sessions.IsEmpty ? default : Sessions[index];

    public ReadOnlySpan<byte> KeyOf(in ShardOperation operation) => Payload.Slice(operation.KeyOffset, operation.KeyLength);

    public ReadOnlySpan<byte> ValueOf(in ShardOperation operation) => Payload.Slice(operation.ValueOffset, operation.ValueLength);
}
