using System.Globalization;
using System.Net;
using Orleans.Cache.Chaos.Networks;
using Orleans.Cache.TestKit.PostgreSql;

namespace Orleans.Cache.Chaos.Cluster;

/// <summary>
/// Ready-made silos as processes on a PostgreSQL server of their own, and what can be done to them. Everything is cleared away when it is disposed;
/// what a killed run left behind, by the next run. By one caller at a time.
/// </summary>
internal sealed class ChaosGrid : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly ChaosGridSettings _settings;
    private readonly ChaosNetwork _network;
    private readonly List<ChaosSilo> _silos = [];
    private PostgreSqlServer? _database;

    private ChaosGrid(ChaosGridSettings settings, ChaosNetwork network, string? whyLoopback)
    {
        _settings = settings;
        _network = network;
        WhyLoopback = whyLoopback;
    }

    public string ClusterId { get; } = $"chaos-{Guid.NewGuid():N}";

    /// <summary>Where silos and clients find each other; <see langword="null"/> where the first silo keeps the membership.</summary>
    public string? ConnectionString { get; private set; }

    /// <summary>Why the silos are on loopback though namespaces were asked for.</summary>
    public string? WhyLoopback { get; }

    /// <summary>Why ways cannot be cut, or <see langword="null"/>.</summary>
    public string? CannotCut => _network.CannotCut;

    /// <summary>All silos that there have been.</summary>
    public IReadOnlyList<ChaosSilo> Silos => _silos;

    /// <summary>The silos that are meant to run.</summary>
    public IReadOnlyList<ChaosSilo> Wanted => [.. _silos.Where(static silo => silo.IsWanted)];

    /// <summary>How often a silo was found ended that nobody had ended, and was started again.</summary>
    public int EndedByThemselves { get; private set; }

    /// <summary>Why there can be no grid of these settings, or <see langword="null"/>.</summary>
    public static string? FindMissing(ChaosGridSettings settings) => settings.Development ? null : PostgreSqlServer.Missing;

    /// <summary>Starts the silos, and waits until they are ready.</summary>
    /// <exception cref="ChaosException">They do not start.</exception>
    public static async Task<ChaosGrid> StartAsync(ChaosGridSettings settings, CancellationToken cancellationToken)
    {
        if (FindMissing(settings) is { } missing)
        {
            throw new ChaosException(missing);
        }

        var why = settings switch
        {
            { Namespaces: false } => "Not asked for: without --netns silos are on loopback, and no way can be cut.",
            { Development: true } => "With development clustering all silos are on loopback.",
            _ => await NamespaceNetwork.FindMissingAsync(cancellationToken),
        };
        ChaosNetwork network = why is null ? await NamespaceNetwork.CreateAsync(cancellationToken) : new LoopbackNetwork(why);
        var grid = new ChaosGrid(settings, network, why);
        try
        {
            await grid.StartAsync(cancellationToken);
            return grid;
        }
        catch
        {
            await grid.DisposeAsync();
            throw;
        }
    }

    public ChaosSilo Find(string name) => _silos.First(silo => silo.Name == name);

    /// <summary>Starts one more silo, under the name that the next number gives it, or one that was stopped; does not wait for anything.</summary>
    public async Task<ChaosSilo> AddAsync(CancellationToken cancellationToken)
    {
        if (_silos.FirstOrDefault(static silo => !silo.IsWanted) is { } idle)
        {
            await idle.StartAsync();
            return idle;
        }

        var instance = _silos.Count;
        var place = await _network.AddAsync(instance, cancellationToken);
        var silo = new ChaosSilo(instance, place, [.. ArgumentsOf(instance, place)]);
        _silos.Add(silo);
        await silo.StartAsync();
        return silo;
    }

    /// <summary>Cuts a silo off from the others.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="oneWay">Whether the others still reach it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task CutAsync(ChaosSilo silo, bool oneWay, CancellationToken cancellationToken)
    {
        foreach (var other in _silos.Where(other => other != silo))
        {
            await _network.CutAsync(silo.Place, other.Place, cancellationToken);
            if (!oneWay)
            {
                await _network.CutAsync(other.Place, silo.Place, cancellationToken);
            }
        }
    }

    /// <summary>Cuts a silo off from the database.</summary>
    public Task CutDatabaseAsync(ChaosSilo silo, CancellationToken cancellationToken) => _network.CutDatabaseAsync(silo.Place, cancellationToken);

    /// <summary>Loses a share of the packets that reach a silo.</summary>
    public Task LoseAsync(ChaosSilo silo, int percent, CancellationToken cancellationToken) => _network.LoseAsync(silo.Place, percent, cancellationToken);

    /// <summary>Mends all ways.</summary>
    public async Task HealAsync(CancellationToken cancellationToken)
    {
        foreach (var silo in _silos)
        {
            await _network.HealAsync(silo.Place, cancellationToken);
        }
    }

    /// <summary>Waits until all silos that are meant to run say that they are ready, and all copies in sync; one that has ended by itself is started again.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        foreach (var silo in Wanted)
        {
            await UntilAsync($"{silo.Name} to be ready", () => IsReadyAsync(silo, cancellationToken), silo, cancellationToken);
        }
    }

    /// <summary>Waits until something is so.</summary>
    /// <exception cref="ChaosException">It does not become so.</exception>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo, Func<string> evidence, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new ChaosException($"Waited {Patience.TotalSeconds:F0} s in vain for {what}.\n{evidence()}");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        await _network.DisposeAsync();
    }

    private static Task UntilAsync(string what, Func<Task<bool>> isSo, ChaosSilo silo, CancellationToken cancellationToken) =>
        UntilAsync(what, isSo, () => silo.Output, cancellationToken);

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_settings.Development)
        {
            _database = await PostgreSqlServer.StartNewAsync(_network.DatabaseAddress?.ToString());
            var database = await _database.CreateDatabaseAsync();
            ConnectionString = _database.ConnectionString(database);
            if (_network.DatabaseAddress is { } address)
            {
                // Over the network, so that it can be cut.
                ConnectionString = ConnectionString.Replace($"Host={_database.Folder};", $"Host={address};", StringComparison.Ordinal);
            }
        }

        while (_silos.Count < _settings.Silos)
        {
            await AddAsync(cancellationToken);
            if (_settings.Development && _silos.Count == 1)
            {
                await WaitUntilReadyAsync(cancellationToken);
            }
        }

        await WaitUntilReadyAsync(cancellationToken);
    }

    private IEnumerable<string> ArgumentsOf(int instance, Place place)
    {
        List<string> settings =
        [
            Text($"Silo:Instance={instance}"),
            Text($"Silo:SiloPort={place.SiloPort}"),
            Text($"Silo:GatewayPort={place.GatewayPort}"),
            Text($"Silo:HttpPort={place.HttpPort}"),
            Text($"Silo:HttpAddress={place.Address}"),
            Text($"Silo:ClusterId={ClusterId}"),
        ];
        if (_settings.Development)
        {
            settings.Add(Text($"Silo:PrimaryPort={_silos.FirstOrDefault()?.Place.SiloPort ?? place.SiloPort}"));
        }
        else
        {
            settings.Add("Silo:Clustering=postgresql");
            settings.Add($"Silo:PostgreSql:ConnectionString={ConnectionString}");
            settings.Add("Silo:PostgreSql:CreateSchema=true");
            settings.Add($"Silo:AdvertisedAddress={place.Address}");
        }

        return settings.Concat(_settings.SiloSettings).Select(static setting => $"--{setting}");
    }

    private async Task<bool> IsReadyAsync(ChaosSilo silo, CancellationToken cancellationToken)
    {
        if (silo.HasExited)
        {
            // A silo that finds itself declared dead ends. An orchestrator would start it again.
            EndedByThemselves++;
            await silo.StartAsync();
            return false;
        }

        try
        {
            var ready = new UriBuilder(Uri.UriSchemeHttp, silo.Place.Address.ToString(), silo.Place.HttpPort, "/health/ready").Uri;
            using var answer = await Http.GetAsync(ready, cancellationToken);
            // Behind the status stands what is still to come: copies that are not in sync, partitions on the move.
            return answer.StatusCode == HttpStatusCode.OK
                && string.Equals(await answer.Content.ReadAsStringAsync(cancellationToken), "Healthy", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
