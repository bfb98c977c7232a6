using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache.Client.Near;
using Orleans.Cache.Client.Routing;
using Orleans.Cache.Client.Telemetry;

namespace Orleans.Cache.Client.Loading;

/// <summary>What loads values in a process: one loader for each cache. Safe for any number of threads.</summary>
internal sealed class CacheLoaders(
    OperationRouter router,
    NearCaches near,
    ICacheSerializer serializer,
    IOptions<CacheGridClientOptions> options,
    TimeProvider time,
    LoadMetrics metrics,
    ILogger<CacheLoader> logger)
{
    private readonly ConcurrentDictionary<string, CacheLoader> _loaders = new(StringComparer.Ordinal);

    public OperationRouter Router => router;

    public ICacheSerializer Serializer => serializer;

    public CacheGridClientOptions Options => options.Value;

    public TimeProvider Time => time;

    public LoadMetrics Metrics => metrics;

    public ILogger Logger => logger;

    public CacheLoader Of(NamedCache cache) => _loaders.GetOrAdd(cache.Name, static (_, of) => new CacheLoader(of.cache, of.near.Of(of.cache), of.all), (cache, near, all: this));
}
