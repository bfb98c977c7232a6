using System.Text;
using System.Text.Json;
using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>One key that is not there, and callers in five processes.</summary>
[Collection(nameof(ThreeSilos))]
public sealed class OneLoadTests(ThreeSiloGrid grid) : GridTests(grid)
{
    private const int Processes = 5;
    private const int Callers = 2_000;
    private const string Asked = "@reply asked";

    [Fact]
    public async Task Key_IsLoadedOnce()
    {
        var runs = Start(loadMilliseconds: 200);
        try
        {
            foreach (var run in runs)
            {
                Assert.True(await run.ExitAsync() == 0, run.Transcript);
            }

            Assert.Equal(1, runs.Sum(Loads));
            Assert.All(runs, static run => Assert.Equal(Callers, Served(run)));
        }
        finally
        {
            await DisposeAsync(runs);
        }
    }

    [Fact]
    public async Task Key_WhoseLoadingProcessIsKilled_IsLoadedTwice()
    {
        // Long enough for all to have asked.
        var runs = Start(loadMilliseconds: 4_000);
        try
        {
            await Wait.UntilAsync(
                "the source is asked",
                _ =>
                {
                    Assert.Contains(runs, static run => Loads(run) > 0);
                    return Task.CompletedTask;
                },
                () => string.Join('\n', runs.Select(static run => run.Transcript)));
            var killed = runs.Single(static run => Loads(run) > 0);
            await killed.KillAsync();
            var others = runs.Where(run => run != killed).ToArray();
            foreach (var run in others)
            {
                Assert.True(await run.ExitAsync() == 0, run.Transcript);
            }

            Assert.Equal(1, others.Sum(Loads));
            Assert.All(others, static run => Assert.Equal(Callers, Served(run)));
        }
        finally
        {
            await DisposeAsync(runs);
        }
    }

    private static int Loads(ProgramRun run) => run.Output.Text.Split(Asked).Length - 1;

    private static int Served(ProgramRun run) =>
        JsonDocument.Parse(run.Output.Text.Split("@reply ")[^1]).RootElement.GetProperty("Served").GetInt32();

    private static async Task DisposeAsync(ProgramRun[] runs)
    {
        foreach (var run in runs)
        {
            await run.DisposeAsync();
        }
    }

    private ProgramRun[] Start(int loadMilliseconds)
    {
        var gateways = grid.Silos.Select(static silo => silo.Settings.GatewayPort).ToArray();
        var connect = JsonSerializer.Serialize(new { Gateways = gateways, Key = "", Callers = 0, LoadMilliseconds = 0, grid.ClusterId });
        var load = JsonSerializer.Serialize(new { Key = $"key {Guid.NewGuid()}", Callers, LoadMilliseconds = loadMilliseconds });
        var input = Encoding.UTF8.GetBytes($"{connect}\n{load}\n");
        return [.. Enumerable.Range(0, Processes).Select(_ => ProgramRun.Start(Programs.GridBench, ["serve", "load-callers"], input))];
    }
}
