namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>hot pin --json</c> and <c>hot unpin --json</c> print.</summary>
/// <param name="Key">The key.</param>
/// <param name="Pinned">Whether it is pinned now.</param>
internal sealed record PinnedDocument(string Key, bool Pinned);
