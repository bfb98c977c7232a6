namespace Orleans.Cache.Client.Lanes;

/// <summary>An entry that was ended because its deadline passed.</summary>
internal readonly record struct OverdueEntry(LaneEntry Entry, bool WasSent);
