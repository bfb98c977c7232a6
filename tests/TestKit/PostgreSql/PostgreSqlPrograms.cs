using System.Diagnostics;

namespace Orleans.Cache.TestKit.PostgreSql;

/// <summary>The programs of a PostgreSQL server, and the user to run them as: they refuse to run as root.</summary>
internal sealed record PostgreSqlPrograms(string Initialiser, string Server, string Client)
{
    private static readonly string[] ServerUsers = ["postgres", "nobody"];
    private static readonly Lazy<PostgreSqlPrograms?> Found = new(Search);
    private static readonly Lazy<string> ServerUser = new(ChooseServerUser);

    /// <summary>The programs of the newest version that is installed, or <see langword="null"/>.</summary>
    public static PostgreSqlPrograms? Find() => Found.Value;

    /// <summary>The command that does this as the server's user.</summary>
    public IEnumerable<string> AsServerUser(IEnumerable<string> command) =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", ServerUser.Value, "--regid", Group, "--clear-groups", .. command] : command;

    /// <summary>Lets the server's user own a folder and what is in it.</summary>
    public async Task GiveToServerUserAsync(string folder)
    {
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(["chown", "-R", $"{ServerUser.Value}:{Group}", folder]);
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public static async Task<string> RunAsync(IEnumerable<string> command, params (string Name, string Value)[] environment)
    {
        string[] words = [.. command];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{Path.GetFileName(words[0])} ended with code {process.ExitCode}: {await error}{await output}");
    }

    private string Group => File.ReadLines("/etc/passwd").Select(static line => line.Split(':')).First(user => user[0] == ServerUser.Value)[3];

    private static PostgreSqlPrograms? Search()
    {
        const string packages = "/usr/lib/postgresql";
        var folders = Directory.Exists(packages)
            ? Directory.EnumerateDirectories(packages)
                .OrderByDescending(static version => int.TryParse(Path.GetFileName(version), out var number) ? number : 0)
                .Select(static version => Path.Combine(version, "bin"))
            : [];
        return folders
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
            .Where(static folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")))
            .Select(static folder => new PostgreSqlPrograms(Path.Combine(folder, "initdb"), Path.Combine(folder, "postgres"), ClientIn(folder)))
            .FirstOrDefault();
    }

    // A package of its own on some systems.
    private static string ClientIn(string folder) => Path.Combine(folder, "psql") is var client && File.Exists(client) ? client : "psql";

    private static string ChooseServerUser() =>
        ServerUsers.First(static user => File.ReadLines("/etc/passwd").Any(line => line.StartsWith($"{user}:", StringComparison.Ordinal)));
}
