namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>The command line as a process.</summary>
internal static class Ocache
{
    public static Task<OcacheResult> RunAsync(string gateway, params IReadOnlyCollection<string> arguments) =>
        RunAsync(gateway, ReadOnlyMemory<byte>.Empty, arguments);

    public static async Task<OcacheResult> RunAsync(string gateway, ReadOnlyMemory<byte> input, params IReadOnlyCollection<string> arguments)
    {
        await using var run = ProgramRun.Start(Programs.Cli, ["--gateway", gateway, .. arguments], input);
        return await EndAsync(run);
    }

    /// <summary>Runs it against a database, which the environment names.</summary>
    public static async Task<OcacheResult> RunOnDatabaseAsync(string connectionString, params IReadOnlyCollection<string> arguments)
    {
        await using var run = ProgramRun.Start(
            Programs.Cli, ["db", .. arguments], environment: new Dictionary<string, string> { ["OCACHE_DB"] = connectionString });
        return await EndAsync(run);
    }

    private static async Task<OcacheResult> EndAsync(ProgramRun run)
    {
        var code = await run.ExitAsync();
        return new OcacheResult(code, run.Output.Bytes, run.Error.Text, run.Transcript);
    }
}
