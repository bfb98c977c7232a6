namespace Orleans.Cache.Chaos;

/// <summary>The run cannot go on; the message is all that a person needs.</summary>
internal sealed class ChaosException(string message) : Exception(message);
