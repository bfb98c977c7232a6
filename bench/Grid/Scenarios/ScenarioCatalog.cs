using static Orleans.Cache.GridBench.Scenarios.LoadOperation;

namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>Every scenario. Add one here, and it is run and reported.</summary>
internal static class ScenarioCatalog
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("get-1", "1 caller, get", Grid(Get, 1), [Redis(Get, 1, reach: 1.3)]),
        new("get-64", "64 callers, get, one key each", Grid(Get, 64), [Redis(Get, 64, reach: 7), Redis(Get, 4, batch: 16, reach: 1)]),
        new("set-64", "64 callers, set, one key each", Grid(Set, 64), [Redis(Set, 64, reach: 6), Redis(Set, 4, batch: 16, reach: 1)]),
        new("get-batch", "8 callers, get, batches of 64", Grid(Get, 8, batch: 64), [Redis(Get, 8, batch: 64, reach: 3)]),
        new("set-batch", "8 callers, set, batches of 64", Grid(Set, 8, batch: 64), [Redis(Set, 8, batch: 64, reach: 2.5)]),
        new("hosted-get-64", "in process, 64 callers, get, one key each", Hosted(Get, 64), [Redis(Get, 64, reach: 40)]),
    ];

    private static Contestant Grid(LoadOperation operation, int callers, int batch = 1) =>
        new(SideKind.Grid, new Load(operation, callers, batch));

    private static Contestant Hosted(LoadOperation operation, int callers, int batch = 1) =>
        new(SideKind.HostedGrid, new Load(operation, callers, batch));

    private static Contestant Redis(LoadOperation operation, int callers, int batch = 1, double? reach = null) =>
        new(SideKind.Redis, new Load(operation, callers, batch), reach);
}
