using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos;

/// <summary>How many calls ended in one kind of error.</summary>
internal sealed record ErrorCount(string Operation, string Exception, ErrorPlace Where, long Count);
