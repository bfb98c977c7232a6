using System.Net.Sockets;
using Npgsql;

namespace Orleans.Cache.PostgreSql.Schema;

/// <summary>
/// A PostgreSQL database. Turns what goes wrong into sentences for people. Connections come from Npgsql's pool, the same as Orleans' own.
/// Safe for any number of threads.
/// </summary>
internal sealed class Database
{
    // Without an answer for so long a silo that starts says so, rather than wait for the operating system to give up.
    private const int ConnectSeconds = 4;
    private const int CommandSeconds = 10;

    private const string Example = "Host=localhost;Database=cache;Username=cache;Password=...";

    private readonly string _name;

    /// <summary>Reads a connection string, without connecting.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="source">Where it was given, for messages.</param>
    /// <exception cref="CacheDatabaseException">It is none.</exception>
    public Database(string connectionString, string source)
    {
        var settings = Read(connectionString, source);
        ConnectionString = settings.ConnectionString;
        _name = $"{settings.Database ?? settings.Username} at {settings.Host}, port {settings.Port}";
    }

    /// <summary>The connection string, with limits to waiting where it had none.</summary>
    public string ConnectionString { get; }

    /// <summary>Connects, does something, and disconnects.</summary>
    /// <exception cref="CacheDatabaseException">The database cannot be reached, or refuses.</exception>
    public async Task<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            return await use(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Describe(exception) is { } error)
        {
            throw error;
        }
    }

    /// <summary>Connects. What goes wrong is thrown as Npgsql throws it.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static NpgsqlConnectionStringBuilder Read(string connectionString, string source)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new CacheDatabaseException($"{source} is empty. Set it to the database of the grid, such as '{Example}'.");
        }

        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // Npgsql's message may name what stood after a semicolon in a password.
            throw new CacheDatabaseException($"{source} is no connection string of Npgsql. Check its keywords and quotes against '{Example}'; an address such as postgres://... is not understood.");
        }

        if (string.IsNullOrWhiteSpace(settings.Host))
        {
            throw new CacheDatabaseException($"{source} names no host. Add one, as in '{Example}'.");
        }

        if (!settings.ShouldSerialize(nameof(settings.Timeout)))
        {
            settings.Timeout = ConnectSeconds;
        }

        if (!settings.ShouldSerialize("Command Timeout"))
        {
            settings.CommandTimeout = CommandSeconds;
        }

        settings.ApplicationName ??= CacheGridDefaults.ServiceId;
        return settings;
    }

    private CacheDatabaseException? Describe(Exception exception) => exception switch
    {
        PostgresException refusal => Describe(refusal),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException =>
            Unreachable("it did not answer in time. Check that a PostgreSQL server listens there and that no firewall is between", exception),
        NpgsqlException { InnerException: SocketException socket } =>
            Unreachable($"{Sentence(socket.Message)}. Check host and port in the connection string, and that the server runs", exception),
        NpgsqlException { InnerException: { } inner } => Unreachable($"{Sentence(inner.Message)}. Check host, port and TLS in the connection string", exception),
        NpgsqlException => Unreachable($"{Sentence(exception.Message)}. Check the connection string, and that the server runs", exception),
        SocketException => Unreachable($"{Sentence(exception.Message)}. Check the host in the connection string", exception),
        _ => null,
    };

    private CacheDatabaseException Describe(PostgresException refusal)
    {
        var said = Sentence(refusal.MessageText);
        return refusal.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => Refused(
                $"The database {_name} does not let in: {said}. Check user and password in the connection string, and the server's pg_hba.conf."),
            PostgresErrorCodes.InvalidCatalogName => Refused(
                $"There is no such database as {_name}: {said}. Create it with 'createdb', or correct the connection string."),
            PostgresErrorCodes.InsufficientPrivilege => Refused(
                $"The database {_name} refuses: {said}. Grant the role what docs/operations/postgresql.md lists, or name another role in the connection string."),
            PostgresErrorCodes.ReadOnlySqlTransaction => Refused(
                $"The database {_name} can only be read: {said}. Name the primary server in the connection string."),
            PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => Unreachable(
                $"{said}. Try again when the server takes connections", refusal),
            _ => Refused($"The database {_name} refuses: {said} (SQLSTATE {refusal.SqlState})."),
        };

        CacheDatabaseException Refused(string message) => new(message, isUnreachable: false, refusal);
    }

    private CacheDatabaseException Unreachable(string why, Exception exception) =>
        new($"The database {_name} cannot be reached: {why}.", isUnreachable: true, exception);

    private static string Sentence(string text) => text.ReplaceLineEndings(" ").Trim().TrimEnd('.');
}
