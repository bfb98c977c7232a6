namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>The command line as a process.</summary>
internal static class Ocache
{
    public static Task<OcacheResult> RunAsync(string gateway, params IReadOnlyCollection<string> arguments) =>
        RunAsync(gateway, ReadOnlyMemory<byte>.Empty, arguments);

    public static async Task<OcacheResult> RunAsync(string gateway, ReadOnlyMemory<byte> input, params IReadOnlyCollection<string> arguments)
    {
        await using var run = ProgramRun.Start(Programs.Cli, ["--gateway", gateway, .. arguments], input);
        var code = await run.ExitAsync();
        return new OcacheResult(code, run.Output.Bytes, run.Error.Text, run.Transcript);
    }
}
