using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Cache.Grains.Topology;
using Orleans.Cache.PostgreSql.Schema;
using Orleans.Configuration;

namespace Orleans.Cache.PostgreSql.Topology;

/// <summary>
/// Keeps the grid's record in a row of its own for each service and cluster. A write is a single statement, which commits by itself: it was done or it
/// was not, and an answer that was lost shows as an exception. Safe for any number of threads and processes.
/// </summary>
internal sealed class PostgreSqlTopologyStore(Database database, IOptions<ClusterOptions> cluster) : ITopologyStore
{
    private const string Read =
        "SELECT version, content FROM ocache_topology WHERE service_id = $1 AND cluster_id = $2";

    private const string WriteFirst =
        "INSERT INTO ocache_topology (service_id, cluster_id, version, content) VALUES ($1, $2, 1, $3) ON CONFLICT (service_id, cluster_id) DO NOTHING";

    private const string WriteNext =
        "UPDATE ocache_topology SET version = version + 1, content = $3, written_at = now() WHERE service_id = $1 AND cluster_id = $2 AND version = $4";

    public async ValueTask<StoredTopology?> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var command = CreateCommand(Read, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new StoredTopology(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1))
            : null;
    }

    public async ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> content, long expectedVersion, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var command = CreateCommand(expectedVersion == 0 ? WriteFirst : WriteNext, connection);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea, Value = content });
        if (expectedVersion > 0)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = expectedVersion });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    private NpgsqlCommand CreateCommand(string statement, NpgsqlConnection connection) => new(statement, connection)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = cluster.Value.ServiceId },
            new NpgsqlParameter<string> { TypedValue = cluster.Value.ClusterId },
        },
    };
}
