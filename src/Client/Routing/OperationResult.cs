using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Routing;

/// <summary>The result of one operation of a call.</summary>
/// <param name="Result">What the shard answered; its offsets have no meaning any more.</param>
/// <param name="Value">The value of a get: a slice of the reply, or an array of its own.</param>
internal readonly record struct OperationResult(ShardResult Result, ReadOnlyMemory<byte> Value)
{
    /// <summary>What the operation's session has seen of the key's partition by this.</summary>
    public LogPosition Position { get; init; }
}
