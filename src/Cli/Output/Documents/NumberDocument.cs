namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>incr --json</c> prints.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The number after the increment.</param>
internal sealed record NumberDocument(string Key, long Value);
