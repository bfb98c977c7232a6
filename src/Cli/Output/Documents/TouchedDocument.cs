namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>touch --json</c> prints.</summary>
/// <param name="Key">The key.</param>
/// <param name="Found">Whether there was an entry to touch.</param>
/// <param name="TtlMs">How long it lives from now on; null for ever, or where there is no entry.</param>
internal sealed record TouchedDocument(string Key, bool Found, long? TtlMs);
