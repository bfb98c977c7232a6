namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>db status --json</c> prints.</summary>
/// <param name="SchemaVersion">The version of the schema.</param>
/// <param name="Cluster">The Orleans cluster.</param>
/// <param name="Silos">Its silos, those that are gone for not too long included.</param>
internal sealed record DatabaseStatusDocument(int SchemaVersion, string Cluster, IReadOnlyList<DatabaseSiloDocument> Silos);
