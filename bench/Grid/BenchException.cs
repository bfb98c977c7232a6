namespace Orleans.Cache.GridBench;

/// <summary>The benchmark cannot go on; the message is all that a person needs.</summary>
internal sealed class BenchException(string message) : Exception(message);
