using System.Text;
using Orleans.Cache.Process.Tests.Processes;
using Orleans.Cache.TestKit.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>The command line against a silo, both as processes.</summary>
[Collection(nameof(OneSilo))]
public sealed class CommandLineTests(SingleSiloGrid grid) : GridTests(grid)
{
    [Theory]
    [InlineData("hello")]
    [InlineData("")]
    [InlineData("  grün \t two\nlines\n")]
    public async Task Get_PrintsExactlyTheValue(string value)
    {
        var key = NewKey();

        var set = await RunAsync("set", key, value);
        var get = await RunAsync("get", key);

        Assert.Matches("^OK [1-9][0-9]*\n$", set.Done().Text);
        Assert.Equal(Encoding.UTF8.GetBytes(value), get.Done().Bytes);
    }

    [Fact]
    public async Task Get_OfAnyBytes_PrintsThoseBytes()
    {
        var key = NewKey();
        byte[] value = [.. Enumerable.Range(0, 512).Select(number => (byte)number)];

        var set = await grid.OcacheAsync(0, value, "set", key, "-");
        var get = await RunAsync("get", key);
        var json = await RunAsync("get", key, "--json");

        set.Done();
        Assert.Equal(value, get.Done().Bytes);
        Assert.Equal("base64", json.Done().Json.GetProperty("encoding").GetString());
        Assert.Equal(value, json.Json.GetProperty("value").GetBytesFromBase64());
    }

    [Fact]
    public async Task Get_Miss_PrintsNothingOnStandardOutput()
    {
        var key = NewKey();

        var miss = await RunAsync("get", key);

        Assert.Empty(miss.Failed(exitCode: 1, key).Bytes);
    }

    [Fact]
    public async Task Watch_PrintsWhatOthersDo()
    {
        var key = NewKey();
        await using var watch = ProgramRun.Start(
            Programs.Cli, ["--gateway", grid.Silos[0].Gateway, "watch", "--cache", SingleSiloGrid.Told, "--prefix", key, "--kind", "set", "--kind", "removed", "--count", "2"]);
        await Wait.UntilAsync("watching", _ => watch.Error.Text.Contains("watching", StringComparison.Ordinal) ? Task.CompletedTask : throw new InvalidOperationException("not yet"), () => watch.Transcript, () => watch.HasExited);

        var set = await RunAsync("set", key, "value", "--cache", SingleSiloGrid.Told);
        (await RunAsync("del", key, "--cache", SingleSiloGrid.Told)).Done();

        Assert.Equal(0, await watch.ExitAsync());
        Assert.Equal($"set {key} {set.Done().Text.Split(' ')[1]}removed {key}\n", watch.Output.Text);
    }

    [Fact]
    public async Task Watch_OfACacheWithoutEvents_SaysHowToSwitchThemOn() =>
        (await RunAsync("watch", "--count", "1")).Failed(exitCode: 1, "Cache:Caches:default:Events");

    [Fact]
    public async Task Set_WithConditionThatFails_SaysWhich()
    {
        var key = NewKey();

        var absent = await RunAsync("set", key, "1", "--if-present");
        var first = await RunAsync("set", key, "1", "--if-absent");
        var present = await RunAsync("set", key, "2", "--if-absent");
        var version = long.Parse(first.Done().Text.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        var stale = await RunAsync("set", key, "3", "--if-version", $"{version + 1}");
        var second = await RunAsync("set", key, "4", "--if-version", $"{version}");

        Assert.Empty(absent.Failed(exitCode: 1, "the key was to have an entry, and has none").Bytes);
        present.Failed(exitCode: 1, $"the key was to be absent, and has an entry of version {version}");
        stale.Failed(exitCode: 1, $"the entry now has version {version}");
        second.Done();
        Assert.Equal("4", (await RunAsync("get", key)).Done().Text);
    }

    [Fact]
    public async Task ManyKeys_AreReadAndRemovedTogether()
    {
        var (one, two, missing) = (NewKey(), NewKey(), NewKey());
        (await RunAsync("set", one, "1")).Done();
        (await RunAsync("set", two, "a\tb")).Done();

        var some = await RunAsync("mget", one, missing, two);
        var all = await RunAsync("mget", one, two);
        var removed = await RunAsync("del", one, two);
        var gone = await RunAsync("del", one, two);

        Assert.Equal($"{one}\t1\n{two}\ta\\tb\n", some.Failed(exitCode: 1, missing).Text);
        Assert.Equal(some.Text, all.Done().Text);
        Assert.Equal("OK 2 removed\n", removed.Done().Text);
        Assert.Empty(gone.Failed(exitCode: 1, "2 of 2 keys had no entry").Bytes);
    }

    [Fact]
    public async Task Touch_GivesANewTimeToLive()
    {
        var key = NewKey();
        (await RunAsync("set", key, "1", "--ttl", "10m")).Done();

        var touched = await RunAsync("touch", key, "--ttl", "2h");
        var location = await RunAsync("where", key, "--json");
        var missing = await RunAsync("touch", NewKey(), "--ttl", "2h");

        Assert.Equal("OK\n", touched.Done().Text);
        Assert.InRange(location.Done().Json.GetProperty("ttlMs").GetInt64(), 3_600_000, 7_200_000);
        missing.Failed(exitCode: 1, "no entry");
    }

    [Fact]
    public async Task Increment_CountsAndRefusesWhatIsNoNumber()
    {
        var (counter, text) = (NewKey(), NewKey());
        (await RunAsync("set", text, "seven")).Done();

        Assert.Equal("1\n", (await RunAsync("incr", counter)).Done().Text);
        Assert.Equal("11\n", (await RunAsync("incr", counter, "10")).Done().Text);
        Assert.Equal("8\n", (await RunAsync("incr", counter, "-3")).Done().Text);
        Assert.Equal("8", (await RunAsync("get", counter)).Done().Text);
        Assert.Empty((await RunAsync("incr", text)).Failed(exitCode: 1, "does not hold a whole number").Bytes);
    }

    [Fact]
    public async Task Where_ShowsWhereAKeyLives()
    {
        // The slot of this key is a vector of the Redis Cluster specification.
        const string key = "123456789";
        const int slot = 0x31C3;

        var where = await RunAsync("where", key);

        Assert.Contains($"slot       {slot}\n", where.Done().Text, StringComparison.Ordinal);
        Assert.Contains($"partition  {slot / 16}\n", where.Text, StringComparison.Ordinal);
        Assert.Contains("owner      silo-0\n", where.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RingAndStatistics_ArePrintedForPeople()
    {
        var ring = await RunAsync("ring");
        var statistics = await RunAsync("stats");
        var moves = await RunAsync("moves");
        var counts = await RunAsync("moves", "--json");

        Assert.Contains("silo-0", ring.Done().Text, StringComparison.Ordinal);
        Assert.Contains("1,024 partitions", ring.Text, StringComparison.Ordinal);
        Assert.Contains($":{grid.Silos[0].Settings.GatewayPort}", ring.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', ring.Text);
        Assert.Contains("silo-0", statistics.Done().Text, StringComparison.Ordinal);
        Assert.Contains("hit ratio", statistics.Text, StringComparison.Ordinal);
        Assert.Matches(@"silo-0 +1,024 +0 +0 +0 +0 +0 B", moves.Done().Text);
        Assert.Equal(1024, counts.Done().Json.GetProperty("silos")[0].GetProperty("owned").GetInt32());
    }

    [Fact]
    public async Task Json_OfEachVerb_IsOneLineThatParses()
    {
        var key = NewKey();
        (string Property, string[] Arguments)[] verbs =
        [
            ("stored", ["set", key, "8"]),
            ("found", ["get", key]),
            ("entries", ["mget", key]),
            ("value", ["incr", key]),
            ("ttlMs", ["touch", key, "--ttl", "1h"]),
            ("slot", ["where", key]),
            ("hitRatio", ["replay", "-"]),
            ("removed", ["del", key]),
            ("owners", ["ring"]),
            ("total", ["stats"]),
        ];

        foreach (var (property, arguments) in verbs)
        {
            var result = await grid.OcacheAsync(0, Encoding.UTF8.GetBytes(key), [.. arguments, "--json"]);

            Assert.True(result.Done().Json.TryGetProperty(property, out _), result.Transcript);
        }
    }

    [Fact]
    public async Task BadInput_IsRefusedInOneLine()
    {
        Assert.Empty((await RunAsync("get", "key", "--cache", "unknown")).Failed(exitCode: 1, "no cache named 'unknown'. It has: default").Bytes);
        (await RunAsync("get", new string('k', 1025))).Failed(exitCode: 1, "The key has 1025 bytes; the limit is 1024.");
        (await RunAsync("set", "key", "value", "--ttl", "4000d")).Failed(exitCode: 1, "TimeToLive");
    }

    [Fact]
    public async Task NoGrid_IsToldInOneLine()
    {
        var nobody = $"localhost:{FreePorts.Next()}";
        var web = $"localhost:{grid.Silos[0].Settings.HttpPort}";

        Assert.Empty((await Ocache.RunAsync(nobody, "get", "key")).Failed(exitCode: 2, $"no grid answers at {nobody}").Bytes);
        Assert.Empty((await Ocache.RunAsync(web, "get", "key")).Failed(exitCode: 2, GridOfSilos.NotConnected).Bytes);
    }

    private static string NewKey() => $"key:{Guid.NewGuid():N}";

    private Task<OcacheResult> RunAsync(params string[] arguments) => grid.OcacheAsync(0, arguments);
}
