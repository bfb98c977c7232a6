namespace Orleans.Cache.Client.Lanes;

/// <summary>Why an operation has no result.</summary>
/// <param name="Exception">What went wrong.</param>
/// <param name="Kind">What it means for the operation.</param>
internal readonly record struct LaneFailure(Exception Exception, LaneFailureKind Kind);
