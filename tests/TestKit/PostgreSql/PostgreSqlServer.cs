using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Orleans.Cache.TestKit.PostgreSql;

/// <summary>
/// A PostgreSQL server of a test's own, in a folder of its own, on a socket in that folder, so that no port can be in use. It can be stopped and started
/// again. It ends with the test's process, however that ends: a shell watches its own standard input, which closes then.
/// </summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    /// <summary>The user of <see cref="ConnectionString"/>, who may do everything.</summary>
    public const string User = "postgres";

    private const int Port = 5432;
    private const int FastShutdown = 2;
    private const int ImmediateShutdown = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly PostgreSqlPrograms _programs;
    private readonly string? _listenOn;
    private Process? _watcher;

    private PostgreSqlServer(PostgreSqlPrograms programs, string? listenOn)
    {
        _programs = programs;
        _listenOn = listenOn;

        // Short: the path of a socket has 107 characters at most.
        Folder = Path.Combine(Path.GetTempPath(), $"ocache-pg-{Guid.NewGuid():N}"[..18]);
    }

    /// <summary>Where its socket is: the host to connect to.</summary>
    public string Folder { get; }

    /// <summary>The password of <see cref="User"/>.</summary>
    public string Password { get; } = Guid.NewGuid().ToString("N");

    private string Data => Path.Combine(Folder, "data");

    private string Log => Path.Combine(Folder, "log");

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    /// <summary>Why no server can be started here, or <see langword="null"/>. A test is skipped for this reason.</summary>
    public static string? Missing => PostgreSqlPrograms.Find() is null
        ? "There is no PostgreSQL server on this machine (no initdb in /usr/lib/postgresql/*/bin or on the PATH): install the package 'postgresql'."
        : null;

    /// <summary>Creates a server and starts it.</summary>
    /// <param name="listenOn">An address to listen on at port 5432 beside the socket, for tests that cut networks. Default: the socket only.</param>
    public static async Task<PostgreSqlServer> StartNewAsync(string? listenOn = null)
    {
        var server = new PostgreSqlServer(PostgreSqlPrograms.Find() ?? throw new InvalidOperationException(Missing), listenOn);
        try
        {
            await server.CreateAsync();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection string, as Npgsql takes it.</summary>
    /// <param name="database">The database.</param>
    /// <param name="user">Another user than <see cref="User"/>.</param>
    /// <param name="password">That user's password.</param>
    public string ConnectionString(string database, string user = User, string? password = null) =>
        $"Host={Folder};Port={Port};Database={database};Username={user};Password={password ?? Password}";

    /// <summary>Creates an empty database.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync(User, $"CREATE DATABASE {name}");
        return name;
    }

    /// <summary>Executes statements by <c>psql</c>, as <see cref="User"/>.</summary>
    /// <returns>What they print.</returns>
    public Task<string> ExecuteAsync(string database, string statements) => PostgreSqlPrograms.RunAsync(
        [_programs.Client, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--host", Folder, "--username", User, "--dbname", database, "--command", statements],
        ("PGPASSWORD", Password));

    /// <summary>Starts the server, and returns when it takes connections.</summary>
    public async Task StartAsync()
    {
        string[] server =
        [
            _programs.Server, "-D", Data, "-k", Folder, "-p", Port.ToString(CultureInfo.InvariantCulture),
            "-c", $"listen_addresses={_listenOn}",
            "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB", "-c", "max_connections=200",
            "-c", "autovacuum=off", "-c", "logging_collector=off",
        ];
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            ArgumentList = { "-c", $"\"$@\" >>{Log} 2>&1 </dev/null & server=$!; cat >/dev/null; kill -QUIT $server 2>/dev/null; wait $server", "sh" },
        };
        foreach (var argument in _programs.AsServerUser(server))
        {
            start.ArgumentList.Add(argument);
        }

        _watcher = Process.Start(start)!;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await ExecuteAsync(User, "SELECT 1");
                return;
            }
            catch (InvalidOperationException exception)
            {
                if (Stopwatch.GetElapsedTime(started) > Patience)
                {
                    throw new InvalidOperationException($"The PostgreSQL server did not start. {exception.Message}\n{await File.ReadAllTextAsync(Log)}", exception);
                }

                await Task.Delay(Pause);
            }
        }
    }

    /// <summary>Stops the server, as an administrator does: it refuses connections from then on, and those there are end.</summary>
    public Task StopAsync() => EndAsync(FastShutdown);

    /// <summary>Lets the server crash.</summary>
    public Task CrashAsync() => EndAsync(ImmediateShutdown);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CrashAsync();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task CreateAsync()
    {
        Directory.CreateDirectory(Folder);
        var passwordFile = Path.Combine(Folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        await _programs.GiveToServerUserAsync(Folder);
        await PostgreSqlPrograms.RunAsync(_programs.AsServerUser(
            [_programs.Initialiser, "-D", Data, "--username", User, "--pwfile", passwordFile, "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync"]));
        await File.AppendAllTextAsync(Path.Combine(Data, "pg_hba.conf"), "host all all all scram-sha-256\n");
    }

    private async Task EndAsync(int signal)
    {
        if (_watcher is not { } watcher)
        {
            return;
        }

        _watcher = null;
        if (await ReadPidAsync() is { } server)
        {
            _ = Kill(server, signal);
            var started = Stopwatch.GetTimestamp();
            while (File.Exists(PidFile))
            {
                if (Stopwatch.GetElapsedTime(started) > Patience)
                {
                    throw new TimeoutException($"The PostgreSQL server in {Folder} did not stop within {Patience}.");
                }

                await Task.Delay(Pause);
            }
        }

        watcher.StandardInput.Close();
        await watcher.WaitForExitAsync();
        watcher.Dispose();
    }

    private async Task<int?> ReadPidAsync() => File.Exists(PidFile)
        ? int.Parse((await File.ReadAllLinesAsync(PidFile))[0], CultureInfo.InvariantCulture)
        : null;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
