using System.Diagnostics.Metrics;
using Orleans.Cache.Client.Near;

namespace Orleans.Cache.Client.Telemetry;

/// <summary>What near caches count, for the meter of <see cref="LaneMetrics"/>. Looked at only when somebody measures.</summary>
internal static class NearMetrics
{
    private const string Cache = "dotnet.cache.name";
    private const string RequestType = "dotnet.cache.request.type";

    public static void Observe(Meter meter, NearCaches caches)
    {
        meter.CreateObservableCounter("orleans.cache.client.near.requests", () => Requests(caches), "{request}", "Reads that looked for a near copy, and whether they found one that may be read.");
        meter.CreateObservableUpDownCounter("orleans.cache.client.near.entries", () => Each(caches, static cache => cache.Count), "{entry}", "Near copies.");
        meter.CreateObservableUpDownCounter("orleans.cache.client.near.size", () => Each(caches, static cache => cache.Bytes), "By", "The bytes of near copies.");
        meter.CreateObservableCounter("orleans.cache.client.near.evictions", () => Each(caches, static cache => cache.Evicted), "{entry}", "Near copies that went because of a limit.");
        meter.CreateObservableCounter("orleans.cache.client.near.renewals", () => Each(caches, static cache => cache.Renewed), "{entry}", "Sliding entries whose owners were told that their near copies are read.");
        meter.CreateObservableCounter("orleans.cache.client.near.invalidations", () => caches.Trust?.Events ?? 0, "{key}", "Changes of entries that this process was told of, or made.");
        meter.CreateObservableCounter("orleans.cache.client.near.repairs", () => caches.Trust?.Repairs ?? 0, "{partition}", "How often all near copies of a partition were dropped: its owner changed, or changes were missed.");
    }

    private static IEnumerable<Measurement<long>> Requests(NearCaches caches)
    {
        foreach (var cache in caches.All)
        {
            yield return new(cache.Hits, new(Cache, cache.Name), new(RequestType, "hit"));
            yield return new(cache.Misses, new(Cache, cache.Name), new(RequestType, "miss"));
        }
    }

    private static IEnumerable<Measurement<long>> Each(NearCaches caches, Func<NearCache, long> figure) =>
        caches.All.Select(cache => new Measurement<long>(figure(cache), new KeyValuePair<string, object?>(Cache, cache.Name)));
}
