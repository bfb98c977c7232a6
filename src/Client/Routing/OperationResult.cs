using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Routing;

/// <summary>The result of one operation of a call.</summary>
/// <param name="Result">What the shard answered; its offsets have no meaning any more.</param>
/// <param name="Value">The value of a get: a slice of the reply, or an array of its own.</param>
internal readonly record struct OperationResult(ShardResult Result, ReadOnlyMemory<byte> Value);
