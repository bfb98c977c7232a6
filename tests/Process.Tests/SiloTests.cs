using System.Net;
using Orleans.Cache.Process.Tests.Processes;
using Orleans.Cache.TestKit;
using Orleans.Cache.TestKit.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>One silo, as somebody starts it who read the first lines of the README.</summary>
[Collection(nameof(OneSilo))]
public sealed class SiloTests(SingleSiloGrid grid) : GridTests(grid)
{
    [Fact]
    public void Start_OnEmbeddedDefaults_SaysWhereEverythingIs()
    {
        var silo = grid.Silos[0];
        var text = silo.Run.Output.Text;

        Assert.Contains("Silo silo-0 serves.", text, StringComparison.Ordinal);
        Assert.Contains($"gateway    {silo.Gateway}", text, StringComparison.Ordinal);
        Assert.Contains($"dashboard  http://localhost:{silo.Settings.HttpPort}/", text, StringComparison.Ordinal);
        Assert.Contains($"http://localhost:{silo.Settings.HttpPort}/health/ready", text, StringComparison.Ordinal);
        Assert.Contains($"--gateway {silo.Gateway} set greeting hello", text, StringComparison.Ordinal);
        Assert.Empty(silo.Run.Error.Text);
    }

    [Theory]
    [InlineData("/health/live", "Healthy")]
    [InlineData("/health/ready", "Healthy")]
    [InlineData("/", "<html")]
    public async Task Http_OfASiloThatServes_Answers(string path, string content)
    {
        var (status, body) = await grid.Silos[0].GetAsync(path, CancellationToken.None);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(content, body, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(UnixSignals.Terminate)]
    [InlineData(UnixSignals.Interrupt)]
    public async Task Signal_ToStop_EndsTheSiloCleanly(int signal)
    {
        await using var silo = await SiloProcess.StartReadyAsync(SiloSettings.First());

        silo.Run.Signal(signal);
        var exitCode = await silo.Run.ExitAsync();

        Assert.True(exitCode == 0, silo.Run.Transcript);
        Assert.Empty(silo.Run.Error.Text);
        Assert.Contains("Silo silo-0 has left the grid.", silo.Run.Output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(40)]
    [InlineData(80)]
    public async Task Signal_ToStop_WhileTheSiloStarts_EndsItCleanlyToo(int milliseconds)
    {
        await using var silo = SiloProcess.Start(SiloSettings.First());

        // Somewhere between Orleans' last stages, the opening of the HTTP port, and all of it: that ends in order wherever it is.
        await Poll.UntilAsync(() => silo.Run.HasExited || silo.Run.Output.Text.Contains("has joined the grid", StringComparison.Ordinal));
        await Task.Delay(milliseconds);
        var exitCode = await silo.StopAsync();

        Assert.True(exitCode == 0, silo.Run.Transcript);
        Assert.Empty(silo.Run.Error.Text);
        Assert.Contains("Silo silo-0 has left the grid.", silo.Run.Output.Text, StringComparison.Ordinal);
    }
}
