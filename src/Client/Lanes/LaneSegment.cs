namespace Orleans.Cache.Client.Lanes;

/// <summary>Operations of one entry that stand side by side in a batch.</summary>
internal readonly record struct LaneSegment(LaneEntry Entry, int First, int Count, int PositionInBatch);
