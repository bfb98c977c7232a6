using System.Text;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>A grid of silo processes of one test, whose membership is in a database. Any silo may go.</summary>
internal sealed class DatabaseGrid(string connectionString, params IReadOnlyList<string> further) : IAsyncDisposable
{
    private static readonly CacheKey[] Keys = [.. Enumerable.Range(0, 500).Select(static number => (CacheKey)$"key:{number}")];

    private readonly List<SiloProcess> _silos = [];

    public string ClusterId { get; } = $"database-tests-{Guid.NewGuid():N}";

    /// <summary>What all silos wrote, for the message of a test that failed.</summary>
    public string Transcript => string.Join('\n', _silos.Select(static silo => silo.Run.Transcript));

    public SiloSettings Settings(int instance) => SiloSettings.OnPostgreSql(instance, connectionString, ClusterId, further);

    /// <summary>Starts a silo and does not wait for anything.</summary>
    public SiloProcess Start(SiloSettings settings)
    {
        var silo = SiloProcess.Start(settings);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Starts silos at once, and waits until they are ready.</summary>
    public async Task<SiloProcess[]> StartReadyAsync(params IReadOnlyList<int> instances)
    {
        SiloProcess[] silos = [.. instances.Select(instance => Start(Settings(instance)))];
        await Task.WhenAll(silos.Select(static silo => silo.WaitUntilReadyAsync()));
        return silos;
    }

    public Task<OutsideClient> ConnectAsync() => OutsideClient.ConnectByDatabaseAsync(connectionString, ClusterId);

    /// <summary>Waits until the map has exactly these silos.</summary>
    public Task UntilMapHasAsync(OutsideClient client, params IReadOnlyCollection<SiloProcess> silos) => Wait.UntilAsync(
        $"the map has {string.Join(", ", silos.Select(static silo => silo.Name))}",
        async token => Assert.Equal(
            silos.Select(static silo => silo.Name).Order(StringComparer.Ordinal),
            (await client.Grid.GetTopologyAsync(token)).Silos.Select(static silo => silo.Name)),
        () => Transcript);

    /// <summary>Sets and reads keys of all partitions' silos, until all of it has gone well in one go.</summary>
    public Task UntilEveryKeyIsServedAsync(OutsideClient client, string value) =>
        Wait.UntilAsync("every key can be set and read", _ => SetAndReadAllAsync(client, value), () => Transcript);

    /// <summary>Sets and reads keys of all partitions' silos.</summary>
    public static async Task SetAndReadAllAsync(OutsideClient client, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var written = await client.Grid.GetCache().SetManyAsync([.. Keys.Select(key => new CacheSetItem(key, bytes))]);
        var read = await client.Grid.GetCache().GetManyAsync(Keys);

        Assert.All(written, static result => Assert.True(result.Stored));
        Assert.All(read, entry => Assert.True(entry.Found && entry.Value.Span.SequenceEqual(bytes)));
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Transcript);
        }

        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }
    }
}
