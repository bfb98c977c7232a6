namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>del --json</c> prints.</summary>
/// <param name="Removed">How many of the keys had an entry.</param>
/// <param name="Missing">How many had none.</param>
internal sealed record RemovedDocument(int Removed, int Missing);
