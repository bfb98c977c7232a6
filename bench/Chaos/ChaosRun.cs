using System.Globalization;
using Orleans.Cache.Chaos.Cluster;
using Orleans.Cache.Chaos.Histories;
using Orleans.Cache.Chaos.Load;
using Orleans.Cache.Chaos.Schedules;

namespace Orleans.Cache.Chaos;

/// <summary>Runs a scenario: starts a grid, writes and reads, does the faults, and asks after every round whether everything is still there.</summary>
internal sealed class ChaosRun
{
    private const int MostAttempts = 20;

    private static readonly TimeSpan Stable = TimeSpan.FromMilliseconds(500);

    private readonly ChaosSettings _settings;
    private readonly ChaosGrid _grid;
    private readonly ChaosClient _client;
    private readonly ChaosLoad _load;
    private readonly Ballast _ballast;
    private readonly ArrivalWatch _arrivals;
    private readonly Action<string> _say;
    private readonly List<FaultWatch> _watches = [];
    private readonly List<string> _schedule = [];
    private int _partitionCount;

    private ChaosRun(ChaosSettings settings, ChaosGrid grid, ChaosClient client, ChaosLoad load, Ballast ballast, Action<string> say)
    {
        _settings = settings;
        _grid = grid;
        _client = client;
        _load = load;
        _ballast = ballast;
        _arrivals = new ArrivalWatch(client.Grid, settings.Grid.HasDefaultReplicas ? settings.Load.Ballast : 0);
        _say = say;
    }

    /// <summary>Why a scenario cannot be run here, or <see langword="null"/>; what only the running grid can tell ends the run.</summary>
    public static string? FindMissing(ChaosSettings settings) =>
        ChaosGrid.FindMissing(settings.Grid) ?? (settings.Scenario.NeedsClock ? WallClock.Missing : null);

    /// <summary>Runs a scenario from begin to end.</summary>
    /// <param name="settings">What to run.</param>
    /// <param name="command">The command line, for the report.</param>
    /// <param name="say">Takes what happens, line by line.</param>
    /// <param name="cancellationToken">Ends the run; everything is cleared away.</param>
    /// <exception cref="ChaosException">The grid does not become whole again, or cannot be had here.</exception>
    public static async Task<ChaosResult> RunAsync(ChaosSettings settings, string command, Action<string> say, CancellationToken cancellationToken)
    {
        if (FindMissing(settings) is { } missing)
        {
            throw new ChaosException(missing);
        }

        var clients = new List<ChaosClient>();
        await using var grid = await ChaosGrid.StartAsync(settings.Grid, cancellationToken);
        if (settings.Scenario.NeedsCuts && grid.CannotCut is { } cannotCut)
        {
            throw new ChaosException($"The scenario {settings.Scenario.Name} cuts ways. {cannotCut}");
        }

        say($"{settings.Scenario.Name}: {settings.Grid.Silos} silos {grid.WhyLoopback ?? "in network namespaces"}");
        try
        {
            var record = new Record(TimeProvider.System) { Say = settings.SaysErrors ? say : null };
            ClientLog? LogOf(string client) => settings.Logs is { } folder ? new ClientLog(Path.Combine(folder, $"{settings.Scenario.Name}-{client}.log"), record) : null;

            // One writes, one reads as applications do, and one reads through each silo.
            clients.Add(await ChaosClient.ConnectAsync(grid, LogOf("writer"), cancellationToken));
            clients.Add(await ChaosClient.ConnectAsync(grid, LogOf("reader"), cancellationToken));
            var readers = new List<Reader> { new("a client", new GridStore(clients[1].Grid.GetCache())) };
            foreach (var silo in grid.Silos)
            {
                clients.Add(await ChaosClient.ConnectThroughAsync(grid, silo, LogOf($"through-{silo.Name}"), cancellationToken));
                readers.Add(new Reader($"through {silo.Name}", new GridStore(clients[^1].Grid.GetCache()), silo.Name));
            }

            var writer = new GridStore(clients[0].Grid.GetCache());
            await using var load = new ChaosLoad(settings.Load, writer, readers, record, TimeProvider.System);
            var run = new ChaosRun(settings, grid, clients[0], load, new Ballast(writer, record, settings.Load.Ballast, settings.Load.ValueBytes), say);
            await run.RunAsync(cancellationToken);
            return run.ToResult(command);
        }
        finally
        {
            foreach (var silo in settings.Logs is null ? [] : grid.Silos)
            {
                await File.WriteAllTextAsync(Path.Combine(settings.Logs!, $"{settings.Scenario.Name}-{silo.Name}.log"), silo.Output, CancellationToken.None);
            }

            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        await _ballast.FillAsync(cancellationToken);
        await _arrivals.BeginAsync(cancellationToken);
        for (var round = 1; round <= _settings.Rounds; round++)
        {
            var steps = _settings.StepsOf(round);
            _schedule.Add(string.Create(CultureInfo.InvariantCulture, $"{round}: {string.Join(", ", steps)}"));
            _say(_schedule[^1]);
            var before = _load.Record.Writes;
            _load.Start();
            await _load.WaitForWritesAsync(before + (_settings.WritesOfARound / 2), cancellationToken);
            foreach (var step in steps)
            {
                await Task.Delay(step.After, TimeProvider.System, cancellationToken);
                var from = _load.Record.Now;
                await DoAsync(step, cancellationToken);
                _say(string.Create(CultureInfo.InvariantCulture, $"   {from.TotalSeconds:F3} to {_load.Record.Now.TotalSeconds:F3} s: {step.Kind} {string.Join(' ', step.Silos)}"));
            }

            await _load.WaitForWritesAsync(before + _settings.WritesOfARound, cancellationToken);
            await _load.PauseAsync();
            await _load.CheckAllAsync(cancellationToken);
            await _ballast.CheckAsync(cancellationToken);
            _say(string.Create(
                CultureInfo.InvariantCulture,
                $"   {_load.Record.Writes} writes acknowledged, {_load.Record.Reads} reads, {_load.Record.Lost} lost, {_load.Record.Wrong} wrong, {_load.Record.Errors.Values.Sum()} errors"));
        }
    }

    private async Task DoAsync(Step step, CancellationToken cancellationToken)
    {
        if (step.Kind is StepKind.Stop or StepKind.Kill or StepKind.Add or StepKind.Restart or StepKind.RestartWithClock)
        {
            var isGoing = step.Kind is StepKind.Stop or StepKind.Kill;
            _arrivals.Expect(_grid.Wanted.Count + (isGoing ? 0 : 1));
            await _arrivals.CollectAsync(cancellationToken);
        }

        // Last, so that no time passes between the begin of the watch and the fault.
        if (step.IsFault)
        {
            await WatchAsync(step, cancellationToken);
        }

        ChaosSilo[] silos = [.. step.Silos.Select(_grid.Find)];
        switch (step.Kind)
        {
            case StepKind.Kill:
                await Task.WhenAll(silos.Select(static silo => silo.KillAsync()));
                break;
            case StepKind.Stop:
                Array.ForEach(silos, silo => _load.NoteStopped(silo.Name, isStopped: true));
                await Task.WhenAll(silos.Select(silo => silo.StopAsync(cancellationToken)));
                break;
            case StepKind.Suspend:
                Array.ForEach(silos, static silo => silo.Suspend());
                break;
            case StepKind.Resume:
                foreach (var silo in _grid.Silos.Where(static silo => silo.IsSuspended))
                {
                    silo.Resume();
                }

                break;
            case StepKind.Restart:
                await Task.WhenAll(silos.Select(static silo => silo.StartAsync()));
                break;
            case StepKind.RestartWithClock:
                await Task.WhenAll(silos.Select(silo => silo.StartAsync([.. WallClock.Prefix(step.Amount)])));
                break;
            case StepKind.Add:
                await _grid.AddAsync(cancellationToken);
                break;
            case StepKind.Cut or StepKind.CutOneWay:
                await ForAllAsync(silos, silo => _grid.CutAsync(silo, step.Kind == StepKind.CutOneWay, cancellationToken));
                break;
            case StepKind.CutDatabase:
                await ForAllAsync(silos, silo => _grid.CutDatabaseAsync(silo, cancellationToken));
                break;
            case StepKind.Lose:
                await ForAllAsync(silos, silo => _grid.LoseAsync(silo, step.Amount, cancellationToken));
                break;
            case StepKind.Heal:
                await _grid.HealAsync(cancellationToken);
                break;
            case StepKind.Settle:
                await SettleAsync(cancellationToken);
                foreach (var silo in _grid.Wanted)
                {
                    _load.NoteStopped(silo.Name, isStopped: false);
                }

                await _arrivals.CollectAsync(cancellationToken);
                await _load.EndWatchAsync();
                break;
            default:
                throw new InvalidOperationException($"Nobody knows how to {step.Kind}.");
        }
    }

    private static async Task ForAllAsync(IEnumerable<ChaosSilo> silos, Func<ChaosSilo, Task> act)
    {
        foreach (var silo in silos)
        {
            await act(silo);
        }
    }

    // Affected is what the silos own just now; of silos that are added nobody knows what they will get.
    private async Task WatchAsync(Step step, CancellationToken cancellationToken)
    {
        var topology = await GetTopologyAsync(cancellationToken);
        var silos = step.Silos.ToHashSet();
        var watch = new FaultWatch(
            step.Kind.ToString(),
            _load.Record.Now,
            silos,
            slot => step.Kind == StepKind.Add
                || (topology.Owners[slot.PartitionOf(topology.PartitionCount)] is >= 0 and var owner && silos.Contains(topology.Silos[owner].Name)));
        _watches.Add(watch);
        _load.Watch(watch);
    }

    // With other faults in force it may take more than one try.
    private async Task<GridTopology> GetTopologyAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await _client.Grid.GetTopologyAsync(cancellationToken);
            }
            catch (CacheUnavailableException) when (attempt < MostAttempts)
            {
                await Task.Delay(Stable, TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Waits until every silo that is meant to run says that it is ready, and the map has these silos and no others, an owner and all copies for every partition, and
    /// does not change any more.
    /// </summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var version = -1L;
        await ChaosGrid.UntilAsync(
            "the grid to be whole",
            async () =>
            {
                await _grid.WaitUntilReadyAsync(cancellationToken);
                try
                {
                    var topology = await _client.Grid.GetTopologyAsync(cancellationToken);
                    var wanted = _grid.Wanted.Select(static silo => silo.Name).Order(StringComparer.Ordinal);
                    var isWhole = topology.PartitionsLackingCopies == 0 && topology.Owners.All(static owner => owner >= 0) && topology.Silos.Select(static silo => silo.Name).SequenceEqual(wanted);
                    var isStable = isWhole && topology.Version == version;
                    version = isWhole ? topology.Version : -1;
                    _partitionCount = topology.PartitionCount;
                    await Task.Delay(Stable, TimeProvider.System, cancellationToken);
                    return isStable;
                }
                catch (CacheUnavailableException)
                {
                    return false;
                }
            },
            () => string.Join('\n', _grid.Silos.Select(static silo => $"--- {silo.Name}\n{silo.Output}")),
            cancellationToken);
    }

    private ChaosResult ToResult(string command)
    {
        var record = _load.Record;
        var reported = _grid.Silos.SelectMany(static silo => ReportedLosses.In(silo.Output)).ToHashSet();
        return new ChaosResult
        {
            Scenario = _settings.Scenario.Name,
            About = _settings.Scenario.About,
            Command = command,
            Seed = _settings.Seed,
            Rounds = _settings.Rounds,
            Silos = _settings.Grid.Silos,
            Network = _grid.WhyLoopback is null ? "network namespaces" : "loopback",
            Schedule = _schedule,
            Writes = record.Writes,
            Reads = record.Reads,
            LongestBehind = record.LongestBehind,
            Lost = record.Lost,
            Wrong = record.Wrong,
            SilentlyLost = [.. record.LostSlots.Select(slot => slot.PartitionOf(_partitionCount)).Distinct().Except(reported).Order()],
            Violations = record.Violations,
            Samples = record.Samples,
            Errors = [.. record.Errors.Select(static error => new ErrorCount(error.Key.Operation, error.Key.Exception, error.Key.Where, error.Value)).OrderByDescending(static error => error.Count)],
            Recoveries = Recovery.Of(_watches),
            Arrivals = _arrivals.ToResult(),
            EndedByThemselves = _grid.EndedByThemselves,
            LossIsExpected = _settings.Scenario.LosesCopies,
        };
    }
}
