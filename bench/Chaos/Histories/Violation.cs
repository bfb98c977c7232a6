namespace Orleans.Cache.Chaos.Histories;

/// <summary>One violation.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Key">The key.</param>
/// <param name="Reader">Who saw it.</param>
/// <param name="Seen">What was seen, and what should have been.</param>
/// <param name="Seconds">When, from the begin of the run.</param>
internal sealed record Violation(ViolationKind Kind, string Key, string Reader, string Seen, double Seconds);
