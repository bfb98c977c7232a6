using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Grains.Loading;

namespace Orleans.Cache.Cluster.Tests.Loading;

/// <summary>Four silos and a client outside of them: five processes' worth of callers.</summary>
public sealed class LoadGrid : IAsyncLifetime
{
    public const string Near = "near";
    public const string Breaking = "breaking";
    public const string Configured = "configured";
    public const int MaxValueBytes = 3 << 20;

    private GridFixture? _grid;

    internal GridFixture Grid => _grid!;

    public async ValueTask InitializeAsync() => _grid = await StartAsync();

    public ValueTask DisposeAsync() => _grid!.DisposeAsync();

    /// <summary>A cache as the client sees it, and as each silo does.</summary>
    public ICache[] Caches(string name = ICacheGrid.DefaultCache) => CachesOf(Grid, name);

    public ICache Cache(string name = ICacheGrid.DefaultCache) => Grid.Grid.GetCache(name);

    internal static ICache[] CachesOf(GridFixture grid, string name = ICacheGrid.DefaultCache) =>
        [grid.Grid.GetCache(name), .. grid.Cluster.GetActiveSilos().Select(silo => grid.GridOf(silo).GetCache(name))];

    internal static Task<GridFixture> StartAsync(bool losesSilos = false) => GridFixture.StartAsync(
        silos: 4,
        static (_, options) =>
        {
            options.Limits = new CacheLimits { MaxValueBytes = MaxValueBytes };
            options.Caches[Near] = new CacheOptions { NearCache = CacheNearMode.Bounded };
            options.Caches[Breaking] = new CacheOptions();
            options.Caches[Configured] = new CacheOptions();
        },
        static options =>
        {
            // For long enough that no test stands still meanwhile; caches that do not only fail are never broken.
            options.Loading.Breaker.SamplingDuration = TimeSpan.FromHours(1);
            options.Loading.Breaker.BreakDuration = TimeSpan.FromHours(1);
            options.Loading.Breaker.FailureRatio = 1;
            options.Loading.Breaker.MinimumThroughput = 5;
            options.Loading.Caches[Configured] = new CacheLoadOptions { TimeToLive = TimeSpan.FromHours(2) };
        },
        configureSilo: silo => silo.Services.AddSingleton(services => new LoadService(services.GetRequiredService<ShardHost>(), services.GetRequiredService<TimeProvider>())
        {
            // Longer than usual: a process that stands still for so long loses its lease, and another one loads as well. Not much longer: a lease
            // whose holder gave up waiting for it is over by its time only.
            LeaseDuration = TimeSpan.FromSeconds(5),
        }),
        losesSilos: losesSilos);
}
