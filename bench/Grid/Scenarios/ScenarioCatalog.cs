using static Orleans.Cache.GridBench.Scenarios.LoadOperation;

namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>Every scenario. Add one here, and it is run and reported.</summary>
internal static class ScenarioCatalog
{
    /// <summary>The name of the scenario that counts latencies at a fixed rate of arrivals; it has no load of callers that wait.</summary>
    public const string OpenLoop = "open-loop";

    private const int KiB = 1024;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("get-1", "1 caller, get", Grid(Get, 1), [Redis(Get, 1, atLeast: 1.3), Memcached(Get, 1)]) { Floor = Echo(Get, (1, 1)) },
        new(
            "get-64",
            "64 callers, get, one key each",
            Grid(Get, 64),
            [Redis(Get, 64, atLeast: 7), Redis(Get, 4, 16, atLeast: 1), Memcached(Get, 64), Memcached(Get, 4, 16)])
        {
            // As many keys on the way: each in a message of its own, and as lanes gather them while two messages are in flight.
            Floor = Echo(Get, (64, 1), (2, 32)),
        },
        new(
            "set-64",
            "64 callers, set, one key each",
            Grid(Set, 64),
            [Redis(Set, 64, atLeast: 6), Redis(Set, 4, 16, atLeast: 1), Memcached(Set, 64), Memcached(Set, 4, 16)]),
        new(
            "mixed-256",
            "256 callers, 9 gets : 1 set, Zipf 0.99",
            Grid(Mixed, 256),
            [Redis(Mixed, 256, atLeast: 7), Memcached(Mixed, 256)]),
        new("get-batch", "8 callers, get, batches of 64", Grid(Get, 8, 64), [Redis(Get, 8, 64, atLeast: 3), Memcached(Get, 8, 64)])
        {
            Floor = Echo(Get, (8, 64)),
            AllocatedBytesReach = 32,
        },
        new("set-batch", "8 callers, set, batches of 64", Grid(Set, 8, 64), [Redis(Set, 8, 64, atLeast: 2.5), Memcached(Set, 8, 64)])
        {
            Floor = Echo(Set, (8, 64)),
        },
        new("hosted-get-64", "in process, 64 callers, get, one key each", Hosted(Get, 64), [Redis(Get, 64, atLeast: 40)]),
        new("hosted-get-batch", "in process, 8 callers, get, batches of 64", Hosted(Get, 8, 64), [Redis(Get, 8, 64, atLeast: 25)]),
        new(
            "silos-3",
            "3 silos against 1, 256 callers, get, one key each",
            Grid(Get, 256) with { Silos = 3 },
            [Grid(Get, 256) with { Reach = new Reach(ReachKind.CostAtMost, 1.3) }]),
        Replicated("set-replicated", "3 silos, 64 callers, set, one key each, on two copies", new Load(Set, 64)),
        Replicated("set-replicated-batch", "3 silos, 8 callers, set, batches of 64, on two copies", new Load(Set, 8, 64)),
        .. Larger("1k", "1 KiB", KiB),
        .. Larger("10k", "10 KiB", 10 * KiB),
    ];

    /// <summary>Everything that <c>--scenario</c> may name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(static scenario => scenario.Name), OpenLoop];

    /// <summary>Writes that wait for the replica, against those of the same silos that do not, and of silos that have none.</summary>
    private static Scenario Replicated(string name, string title, Load load)
    {
        var replicated = new Contestant(SideKind.Grid, load with { Concern = CacheWriteConcern.Replicated }, Silos: 3);
        return new Scenario(
            name,
            title,
            replicated,
            [
                replicated with { Load = load with { Concern = CacheWriteConcern.Owner }, Reach = new Reach(ReachKind.RateAtLeast, 0.6) },
                replicated with { Load = load, Replicas = 0 },
            ]);
    }

    private static Scenario[] Larger(string suffix, string size, int valueBytes)
    {
        return
        [
            new($"get-64-{suffix}", $"64 callers, get, one key each, {size}", With(Grid(Get, 64)), [With(Redis(Get, 64)), With(Memcached(Get, 64))]),
            new($"set-64-{suffix}", $"64 callers, set, one key each, {size}", With(Grid(Set, 64)), [With(Redis(Set, 64)), With(Memcached(Set, 64))]),
            new($"get-batch-{suffix}", $"8 callers, get, batches of 64, {size}", With(Grid(Get, 8, 64)), [With(Redis(Get, 8, 64)), With(Memcached(Get, 8, 64))]),
            new($"set-batch-{suffix}", $"8 callers, set, batches of 64, {size}", With(Grid(Set, 8, 64)), [With(Redis(Set, 8, 64)), With(Memcached(Set, 8, 64))]),
        ];

        Contestant With(Contestant usual) => usual with { Load = usual.Load with { ValueBytes = valueBytes } };
    }

    private static Contestant Grid(LoadOperation operation, int callers, int batch = 1) =>
        new(SideKind.Grid, new Load(operation, callers, batch));

    private static Contestant Hosted(LoadOperation operation, int callers, int batch = 1) =>
        new(SideKind.HostedGrid, new Load(operation, callers, batch));

    private static Contestant Redis(LoadOperation operation, int callers, int batch = 1, double? atLeast = null) =>
        new(SideKind.Redis, new Load(operation, callers, batch), Reach: atLeast is { } bound ? new Reach(ReachKind.RateAtLeast, bound) : null);

    private static Contestant Memcached(LoadOperation operation, int callers, int batch = 1) =>
        new(SideKind.Memcached, new Load(operation, callers, batch));

    private static Contestant[] Echo(LoadOperation operation, params (int Messages, int Keys)[] shapes) =>
    [
        .. shapes.Select(shape => new Contestant(SideKind.OrleansEcho, new Load(operation, shape.Messages, shape.Keys))),
        .. shapes.Select(shape => new Contestant(SideKind.SocketEcho, new Load(operation, shape.Messages, shape.Keys))),
    ];
}
