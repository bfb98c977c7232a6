using System.Net;
using Npgsql;
using Orleans.Cache.PostgreSql.Schema;

namespace Orleans.Cache.PostgreSql.Membership;

/// <summary>Reads the membership table for people.</summary>
internal static class MemberRows
{
    /// <summary>The silos of a cluster: those that are active first, then by name, the latest run first.</summary>
    /// <exception cref="CacheDatabaseException">The database cannot be reached, or refuses.</exception>
    public static Task<IReadOnlyList<MemberRow>> ReadAsync(Database database, string clusterId, CancellationToken cancellationToken) =>
        database.UseAsync((connection, token) => ReadAsync(connection, clusterId, token), cancellationToken);

    private static async Task<IReadOnlyList<MemberRow>> ReadAsync(NpgsqlConnection connection, string clusterId, CancellationToken cancellationToken)
    {
        const string statement = """
            SELECT SiloName, Status, Address, Port, ProxyPort, StartTime, IAmAliveTime
            FROM OrleansMembershipTable
            WHERE DeploymentId = $1
            ORDER BY Status <> $2, SiloName, Generation DESC
            """;
        await using var command = new NpgsqlCommand(statement, connection)
        {
            Parameters = { new() { Value = clusterId }, new() { Value = (int)SiloStatus.Active } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var members = new List<MemberRow>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var address = IPAddress.Parse(reader.GetString(2));
            var gatewayPort = reader.IsDBNull(4) ? 0 : reader.GetInt32(4);
            members.Add(new MemberRow(
                reader.GetString(0),
                (SiloStatus)reader.GetInt32(1),
                new IPEndPoint(address, reader.GetInt32(3)),
                gatewayPort > 0 ? new IPEndPoint(address, gatewayPort) : null,
                reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetFieldValue<DateTimeOffset>(6)));
        }

        return members;
    }
}
