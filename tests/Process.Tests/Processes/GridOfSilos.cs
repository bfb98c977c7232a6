namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>A grid of silo processes, shared by the tests of a collection. Silo 0 keeps the membership, so it is never stopped.</summary>
public abstract class GridOfSilos : IAsyncLifetime
{
    /// <summary>What the command line says when a gateway accepts a connection and does not answer in time.</summary>
    public const string NotConnected = "no grid of this version answers there";

    private readonly SiloSettings[] _settings;
    private readonly SiloProcess?[] _silos;

    private protected GridOfSilos(int silos, params IReadOnlyList<string> further)
    {
        var first = SiloSettings.First(further);
        _settings = [first, .. Enumerable.Range(1, silos - 1).Select(first.Joining)];
        _silos = new SiloProcess?[silos];
    }

    /// <summary>The Orleans cluster that the silos form.</summary>
    public virtual string ClusterId => CacheGridDefaults.ClusterId;

    internal IReadOnlyList<SiloProcess> Silos => [.. _silos.OfType<SiloProcess>()];

    /// <summary>What all silos wrote, for the message of a test that failed.</summary>
    public string Transcript => string.Join('\n', Silos.Select(static silo => silo.Run.Transcript));

    public async ValueTask InitializeAsync() => await EnsureAllRunAsync();

    /// <summary>Starts whichever silos do not run, under the name and on the ports that they had, and waits until all are ready.</summary>
    public async Task EnsureAllRunAsync()
    {
        if (_silos[0] is not { Run.HasExited: false })
        {
            // The others cannot do without it, and cannot join before it is there.
            await DisposeAsync();
            await Start(0).WaitUntilReadyAsync();
        }

        for (var index = 1; index < _silos.Length; index++)
        {
            if (_silos[index] is not { Run.HasExited: false })
            {
                await ForgetAsync(index);
                Start(index);
            }
        }

        await Task.WhenAll(Silos.Select(static silo => silo.WaitUntilReadyAsync()));
    }

    /// <summary>Runs the command line through the gateway of one silo.</summary>
    internal Task<OcacheResult> OcacheAsync(int silo, params IReadOnlyCollection<string> arguments) =>
        OcacheAsync(silo, ReadOnlyMemory<byte>.Empty, arguments);

    internal async Task<OcacheResult> OcacheAsync(int silo, ReadOnlyMemory<byte> input, params IReadOnlyCollection<string> arguments)
    {
        // A person waits five seconds at most, so the command line gives up connecting after half of that. A busy machine may take longer;
        // nothing was sent then, and it is tried again.
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var result = await Ocache.RunAsync(Silos[silo].Gateway, input, ["--cluster", ClusterId, .. arguments]);
            if (!result.Error.Contains(NotConnected, StringComparison.Ordinal) || TimeProvider.System.GetElapsedTime(started) > Wait.Patience)
            {
                return result;
            }
        }
    }

    /// <summary>Connects a client in this process, which at first knows the first silo only.</summary>
    internal Task<OutsideClient> ConnectAsync(TimeSpan? operationTimeout = null) =>
        OutsideClient.ConnectAsync(Silos[0].Gateway, ClusterId, operationTimeout);

    public async ValueTask DisposeAsync()
    {
        for (var index = 0; index < _silos.Length; index++)
        {
            await ForgetAsync(index);
        }

        GC.SuppressFinalize(this);
    }

    private SiloProcess Start(int index) => _silos[index] = SiloProcess.Start(_settings[index]);

    private async Task ForgetAsync(int index)
    {
        if (_silos[index] is { } silo)
        {
            await silo.DisposeAsync();
            _silos[index] = null;
        }
    }
}
