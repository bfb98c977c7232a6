using System.Globalization;
using Npgsql;

namespace Orleans.Cache.PostgreSql.Schema;

/// <summary>The grid's tables in a database: whether they are there, and how they come there. Safe for any number of threads and processes.</summary>
internal sealed class DatabaseSchema(Database database)
{
    /// <summary>The version that this program needs, as schema.sql writes it.</summary>
    public const int Version = 1;

    // Any number that is the same in all versions of this program and that nobody else locks by.
    private const long LockKey = 0x6F63_6163_6865_0001;

    private static readonly Lazy<string> Script = new(ReadScript);

    /// <summary>Checks that the schema is the one that this program needs.</summary>
    /// <param name="create">Creates it where it is missing or older.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CacheDatabaseException">The database cannot be reached, or its schema cannot be used.</exception>
    public async Task EnsureAsync(bool create, CancellationToken cancellationToken)
    {
        var found = await ReadVersionAsync(cancellationToken).ConfigureAwait(false);
        if (create && !(found >= Version))
        {
            await ApplyAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            CheckUsable(found);
        }
    }

    /// <summary>The version of the schema, or <see langword="null"/> when the database has none.</summary>
    /// <exception cref="CacheDatabaseException">The database cannot be reached, or refuses.</exception>
    public Task<int?> ReadVersionAsync(CancellationToken cancellationToken) =>
        database.UseAsync(static (connection, token) => ReadVersionAsync(connection, token), cancellationToken);

    /// <summary>Creates what is missing, and brings what is older up to date. Several may do so at once; doing it again changes nothing.</summary>
    /// <returns>The version that was there, or <see langword="null"/>.</returns>
    /// <exception cref="CacheDatabaseException">The database cannot be reached, or has a newer schema.</exception>
    public Task<int?> ApplyAsync(CancellationToken cancellationToken) => database.UseAsync(ApplyAsync, cancellationToken);

    /// <summary>Refuses a schema that this program cannot work with.</summary>
    /// <exception cref="CacheDatabaseException">It is missing, older or newer.</exception>
    public static void CheckUsable(int? found)
    {
        CheckNotNewer(found);
        if (found != Version)
        {
            var has = found is null
                ? "has no schema of a grid"
                : string.Create(CultureInfo.InvariantCulture, $"has version {found} of the grid's schema, and this program needs version {Version}");
            throw new CacheDatabaseException(
                $"The database {has}. Create it with 'ocache db init', or let a silo create it that is started with CreateSchema (the ready-made silo: --Silo:PostgreSql:CreateSchema=true).");
        }
    }

    // A later version of this program gave it a meaning that is not known here.
    private static void CheckNotNewer(int? found)
    {
        if (found > Version)
        {
            throw new CacheDatabaseException(string.Create(
                CultureInfo.InvariantCulture,
                $"The database has version {found} of the grid's schema, and this program knows version {Version} at most. Use the program that made it, or another database."));
        }
    }

    private static async Task<int?> ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);

        // "if not exists" alone fails when two do it at once. The lock goes with the transaction.
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection) { Parameters = { new() { Value = LockKey } } })
        {
            await take.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        var found = await ReadVersionAsync(connection, cancellationToken).ConfigureAwait(false);
        CheckNotNewer(found);
        await using (var create = new NpgsqlCommand(Script.Value, connection))
        {
            await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return found;
    }

    private static async Task<int?> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var find = new NpgsqlCommand("SELECT to_regclass('ocache_schema') IS NOT NULL", connection))
        {
            if (await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
            {
                return null;
            }
        }

        await using var read = new NpgsqlCommand("SELECT version FROM ocache_schema", connection);
        return (int?)await read.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string ReadScript()
    {
        using var stream = typeof(DatabaseSchema).Assembly.GetManifestResourceStream("schema.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
