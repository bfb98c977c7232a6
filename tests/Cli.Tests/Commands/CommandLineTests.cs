using System.Net;
using System.Net.Sockets;

namespace Orleans.Cache.Cli.Tests.Commands;

public sealed class CommandLineTests
{
    private readonly CapturedTerminal _terminal = new();

    [Theory]

    [InlineData("no command is given. Expected one of: set, get, del, mget, touch, incr, where, ring, stats, moves, watch, snapshots, hot, replay, db.")]
    [InlineData("'gte' is no command. Expected one of: set, get, del, mget, touch, incr, where, ring, stats, moves, watch, snapshots, hot, replay, db.", "gte", "k")]
    [InlineData("KEY is missing. Expected: ocache get KEY.", "get")]
    [InlineData("KEY is missing. Expected: ocache mget KEY....", "mget")]
    [InlineData("VALUE is missing. Expected: ocache set KEY VALUE.", "set", "k")]
    [InlineData("'w' is too much. Expected: ocache set KEY VALUE. Text with spaces needs quotes.", "set", "k", "v", "w", "x")]
    [InlineData("'--bogus' is no option of get. Put -- before keys and values that start with a dash.", "get", "k", "--bogus")]
    [InlineData("KEY is empty. Expected at least one character; check the quotes and variables on the command line.", "get", "")]
    [InlineData("KEY is empty. Expected at least one character; check the quotes and variables on the command line.", "del", "a", "")]
    [InlineData("BY is 'many'. Expected a whole number of at most 64 bits, such as 1, 10 or -3.", "incr", "k", "many")]
    [InlineData("BY is '9223372036854775808'. Expected a whole number of at most 64 bits, such as 1, 10 or -3.", "incr", "k", "9223372036854775808")]
    [InlineData("--ttl: '0s' is no time at all. Expected at least 1ms, or 'never' for an entry that does not expire.", "set", "k", "v", "--ttl", "0s")]
    [InlineData("Option '--ttl' is required.", "touch", "k")]
    [InlineData("--if-absent and --if-present cannot stand together: a write has one condition. Keep one of them.", "set", "k", "v", "--if-absent", "--if-present")]
    [InlineData("--if-version: '0' is no version. Expected a whole number above 0, as set and get --json print it; for a key without an entry use --if-absent.", "set", "k", "v", "--if-version", "0")]
    [InlineData("'a b' is no cache name. A name has 1 to 64 characters of a-z, A-Z, 0-9, '-', '_' and '.'.", "get", "k", "--cache", "a b")]
    [InlineData("'nonsense' is no gateway. Expected host:port, such as localhost:30000, 10.0.0.7:30000 or [::1]:30000.", "get", "k", "--gateway", "nonsense")]
    [InlineData("There is no file 'no-such-trace.gz'. Name a trace as text or gzip, or - for standard input.", "replay", "no-such-trace.gz")]
    [InlineData("--concurrency: '0' is out of range. Expected a whole number from 1 to 65536.", "replay", "-", "--concurrency", "0")]
    [InlineData("--value-bytes: '-1' is out of range. Expected a whole number from 0 to 67108864.", "replay", "-", "--value-bytes", "-1")]
    [InlineData("--limit: 'all' is out of range. Expected a whole number of 1 or more.", "replay", "-", "--limit", "all")]
    [InlineData("--count: '0' is out of range. Expected a whole number of 1 or more.", "watch", "--count", "0")]
    [InlineData("no command of db is given. Expected one of: init, status.", "db")]
    [InlineData("no command of db is given. Expected one of: init, status.", "db", "Password=x")]
    [InlineData("there is more than ocache db init takes. Put the connection string in quotes.", "db", "init", "--connection", "Host=h", "Password=x")]
    [InlineData("'--bogus' is no option of status.", "db", "status", "--bogus")]
    public async Task Run_BadInput_SaysWhatAndHowToGetHelp(string message, params string[] args)
    {
        var code = await _terminal.RunAsync(args);

        Assert.Equal(1, code);
        Assert.Equal("", _terminal.Output);
        Assert.Equal($"ocache: {message}", _terminal.FirstErrorLine);
        Assert.Matches("\nRun 'ocache ([a-z]+ )*--help' for usage and examples.\n$", _terminal.Error);
    }

    [Theory]
    [InlineData("set", "k", "v")]
    [InlineData("set", "k", "-")]
    [InlineData("set", "k", "@home")]
    [InlineData("set", "--ttl", "1h30m", "--if-version", "7", "--", "-k", "--v")]
    [InlineData("set", "k", "v", "--if-absent", "--ttl=never")]
    [InlineData("get", "k", "--json")]
    [InlineData("del", "a", "b", "c")]
    [InlineData("mget", "a", "b", "c")]
    [InlineData("touch", "k", "--ttl", "30s")]
    [InlineData("incr", "k")]
    [InlineData("incr", "k", "-5")]
    [InlineData("where", "{user:42}:cart")]
    [InlineData("ring")]
    [InlineData("watch", "--prefix", "user:", "--kind", "set", "--kind", "tags-removed", "--count", "3", "--json")]
    [InlineData("stats", "--cache", "sessions")]
    [InlineData("replay", "-", "--concurrency", "1", "--limit", "10", "--prefix", "p:", "--ttl", "10m", "--value-bytes", "0")]
    public async Task Run_NoGrid_IsOneLineAndExitCodeTwo(params string[] args)
    {
        var gateway = $"localhost:{FreePort()}";

        var code = await _terminal.RunAsync(["--gateway", gateway, .. args]);

        Assert.Equal(2, code);
        Assert.Equal("", _terminal.Output);
        Assert.Equal(
            $"ocache: no grid answers at {gateway}. Start one with 'dotnet run --project src/Silo', or name another with --gateway host:port.\n",
            _terminal.Error);
    }

    [Fact]
    public async Task Run_SeveralGatewaysAndNoGrid_NamesThemAll()
    {
        var (first, second) = ($"localhost:{FreePort()}", $"127.0.0.1:{FreePort()}");

        var code = await _terminal.RunAsync("get", "k", "--gateway", first, "--gateway", second);

        Assert.Equal(2, code);
        Assert.StartsWith($"ocache: no grid answers at {first}, {second}. ", _terminal.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("set")]
    [InlineData("get")]
    [InlineData("del")]
    [InlineData("mget")]
    [InlineData("touch")]
    [InlineData("incr")]
    [InlineData("where")]
    [InlineData("ring")]
    [InlineData("stats")]
    [InlineData("snapshots")]
    [InlineData("replay")]
    [InlineData("db")]
    [InlineData("db", "init")]
    [InlineData("db", "status")]
    public async Task Help_Verb_EndsWithExamples(params string[] verb)
    {
        var code = await _terminal.RunAsync([.. verb, "--help"]);

        Assert.Equal(0, code);
        Assert.Equal("", _terminal.Error);
        Assert.Contains("Examples:\n  ", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains($"  ocache {string.Join(' ', verb)}", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0 done; 1 ", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_Root_ListsEveryVerb()
    {
        var code = await _terminal.RunAsync("--help");

        Assert.Equal(0, code);
        foreach (var verb in new[] { "set", "get", "del", "mget", "touch", "incr", "where", "ring", "stats", "snapshots", "replay", "db" })
        {
            Assert.Matches($"\n  {verb} ", _terminal.Output);
        }
    }

    [Fact]
    public async Task Run_NobodyAtTheDatabase_IsOneLineAndExitCodeTwo()
    {
        var port = FreePort();

        var code = await _terminal.RunAsync("db", "status", "--connection", $"Host=127.0.0.1;Port={port};Username=u;Password=s3cret");

        Assert.Equal(2, code);
        Assert.StartsWith($"ocache: The database u at 127.0.0.1, port {port} cannot be reached: ", _terminal.FirstErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", _terminal.Error, StringComparison.Ordinal);
        Assert.Single(_terminal.Error.TrimEnd().Split('\n'));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
