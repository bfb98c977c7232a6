namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>mget --json</c> prints.</summary>
/// <param name="Entries">One for each key, in the order asked for.</param>
internal sealed record EntriesDocument(IReadOnlyList<EntryDocument> Entries);
