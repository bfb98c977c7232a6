namespace Orleans.Cache.Client.Lanes;

/// <summary>Why the operations at some positions of a call have no result, as far as they have none.</summary>
internal readonly record struct BatchPartFailure(Lane Lane, ReadOnlyMemory<int> Positions, LaneFailure Failure);
