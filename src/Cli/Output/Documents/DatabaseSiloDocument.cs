using Orleans.Cache.PostgreSql.Membership;

namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>One silo of <see cref="DatabaseStatusDocument"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its status, by the word of Orleans' membership.</param>
/// <param name="Address">Where other silos reach it.</param>
/// <param name="Gateway">Where clients reach it; null where it lets none in.</param>
/// <param name="Started">When it started, by its own clock.</param>
/// <param name="LastAlive">When it last wrote that it runs, by its own clock.</param>
internal sealed record DatabaseSiloDocument(
    string Name, string Status, string Address, string? Gateway, DateTimeOffset Started, DateTimeOffset LastAlive)
{
    /// <summary>Makes the document of a silo.</summary>
    public static DatabaseSiloDocument Of(MemberRow row) => new(
        row.Name, row.Status.ToString(), row.Address.ToString(), row.Gateway?.ToString(), row.Started, row.LastAlive);
}
