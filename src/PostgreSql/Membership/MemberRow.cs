using System.Net;

namespace Orleans.Cache.PostgreSql.Membership;

/// <summary>A run of a silo, as the membership table has it.</summary>
/// <param name="Name">The Orleans silo's name.</param>
/// <param name="Status">Its status, by the word of the membership.</param>
/// <param name="Address">Where other silos connect to it.</param>
/// <param name="Gateway">Where clients connect to it, if it lets any in.</param>
/// <param name="Started">When it started, by its own clock.</param>
/// <param name="LastAlive">When it last wrote that it runs, by its own clock.</param>
internal sealed record MemberRow(
    string Name, SiloStatus Status, IPEndPoint Address, IPEndPoint? Gateway, DateTimeOffset Started, DateTimeOffset LastAlive);
