namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>snapshots --json</c> prints.</summary>
/// <param name="Silos">The silos that answered.</param>
internal sealed record SnapshotsDocument(IReadOnlyList<SiloSnapshotsDocument> Silos)
{
    /// <summary>Makes the document of what the silos say.</summary>
    public static SnapshotsDocument Of(IReadOnlyList<SiloStatistics> statistics) => new([.. statistics.Select(SiloSnapshotsDocument.Of)]);
}
