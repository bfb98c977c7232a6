namespace Orleans.Cache.Contracts.Nodes;

/// <summary>The answer to a batch. Append-only, guarded by the wire contract test.</summary>
/// <param name="Outcome">What became of the batch as a whole.</param>
/// <param name="MapVersion">The version of the partition map that the silo has: the caller refreshes when its own is older.</param>
/// <param name="Results">The results when the batch was executed, else <see langword="null"/>: see docs/formats/batch.md.</param>
/// <param name="Error">What was wrong with the batch when it was not executed, for people.</param>
/// <param name="Clock">The silo's monotonic clock when the batch was executed, in microseconds: for <see cref="BatchRequest.SentAfter"/> of a later one.</param>
[GenerateSerializer, Immutable, Alias("orleans.cache.batch-reply")]
public readonly record struct BatchReply(
    [property: Id(0)] BatchOutcome Outcome,
    [property: Id(1)] long MapVersion,
    [property: Id(2)] BatchBytes? Results,
    [property: Id(3)] string? Error,
    [property: Id(4)] long Clock = 0);
