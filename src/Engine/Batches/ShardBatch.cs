using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Batches;

/// <summary>
/// A batch on its way through the engine: operations in, results out, at the same positions. Spans of the caller's buffers, valid for the
/// call only.
/// </summary>
internal readonly ref struct ShardBatch
{
    public ShardBatch(ReadOnlySpan<ShardOperation> operations, ReadOnlySpan<byte> payload, Span<ShardResult> results, ValueBuffer values)
    {
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

    public ReadOnlySpan<byte> KeyOf(in ShardOperation operation) => Payload.Slice(operation.KeyOffset, operation.KeyLength);

    public ReadOnlySpan<byte> ValueOf(in ShardOperation operation) => Payload.Slice(operation.ValueOffset, operation.ValueLength);
}
