namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>db init --json</c> prints.</summary>
/// <param name="SchemaVersion">The version of the schema now.</param>
/// <param name="Before">The version that was there; null where there was none.</param>
internal sealed record DatabaseInitDocument(int SchemaVersion, int? Before);
