using System.Globalization;
using System.Net;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>Silos of one test with snapshots, that are stopped or killed as a whole and started again on the files that they left.</summary>
internal sealed class SnapshotGrid : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("snapshot-tests-").FullName;
    private readonly List<SiloProcess> _all = [];
    private readonly SiloSettings[] _settings;

    /// <param name="silos">How many.</param>
    /// <param name="first">Makes the settings of the first.</param>
    /// <param name="folder">Where a silo has its snapshots; by default each in a folder of its own.</param>
    /// <param name="further">Further arguments of all silos.</param>
    public SnapshotGrid(int silos, SiloSettings? first = null, Func<int, string>? folder = null, params IReadOnlyList<string> further)
    {
        first ??= SiloSettings.First();
        FolderOf = folder ?? (number => Path.Combine(_root, number.ToString(CultureInfo.InvariantCulture)));
        _settings =
        [
            .. Enumerable.Range(0, silos).Select(number => (number == 0 ? first : first.Joining(number)) with
            {
                Further = [.. first.Further, "--Cache:PartitionCount=64", $"--Cache:Snapshots:Folder={FolderOf(number)}", .. further],
            }),
        ];
    }

    public Func<int, string> FolderOf { get; }

    public SiloProcess[] Silos { get; private set; } = [];

    public string Transcript => string.Join('\n', _all.Select(static silo => silo.Run.Transcript));

    /// <summary>What the silos that run now have logged.</summary>
    public string Log => string.Join('\n', Silos.Select(static silo => silo.Run.Output.Text));

    /// <summary>
    /// Starts all silos at once, or, where the first one keeps the membership, the others when that takes callers; and waits until all are ready: what
    /// there is to be loaded is.
    /// </summary>
    public async Task StartAsync()
    {
        Silos = [Start(_settings[0])];
        if (_settings[0].PrimaryPort is not null)
        {
            await Wait.UntilAsync(
                "the first silo takes callers",
                async token => Assert.Equal(HttpStatusCode.OK, (await Silos[0].GetAsync("/health/ready", token)).Status),
                () => Transcript,
                hopeless: () => Silos[0].Run.HasExited);
        }

        Silos = [Silos[0], .. _settings.Skip(1).Select(Start)];
        await Task.WhenAll(Silos.Select(static silo => silo.WaitUntilReadyAsync()));
    }

    /// <summary>Stops all silos in order, one after the other, that with the membership last.</summary>
    public async Task StopOneByOneAsync()
    {
        foreach (var silo in Silos.Reverse())
        {
            Assert.True(await silo.StopAsync() == 0, Transcript);
        }
    }

    /// <summary>Stops all silos in order at once.</summary>
    public async Task StopTogetherAsync() =>
        Assert.All(await Task.WhenAll(Silos.Select(static silo => silo.StopAsync())), exitCode => Assert.True(exitCode == 0, Transcript));

    public Task KillAsync() => Task.WhenAll(Silos.Select(static silo => silo.Run.KillAsync()));

    public Task<OutsideClient> ConnectAsync() => OutsideClient.ConnectAsync(Silos[0].Gateway, CacheGridDefaults.ClusterId);

    /// <summary>Waits until all that was written is in snapshots.</summary>
    public async Task UntilSavedAsync(OutsideClient client)
    {
        var now = TimeProvider.System.GetUtcNow();
        await Wait.UntilAsync(
            "a round of snapshots began after the writes, on all silos",
            async token =>
            {
                var statistics = await client.Grid.GetStatisticsAsync(token);
                Assert.Equal(_settings.Length, statistics.Count);
                Assert.All(statistics, silo => Assert.True(silo.Snapshots!.CompleteTo > now && silo.Snapshots.LastError is null));
            },
            () => Transcript);
    }

    private SiloProcess Start(SiloSettings settings)
    {
        var silo = SiloProcess.Start(settings);
        _all.Add(silo);
        return silo;
    }

    public async ValueTask DisposeAsync()
    {
        // Shown with a test that failed.
        TestContext.Current.TestOutputHelper?.WriteLine(Transcript);
        foreach (var silo in _all)
        {
            await silo.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
    }
}
