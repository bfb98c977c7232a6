using System.Diagnostics.Metrics;
using Orleans.Cache.Client.HotKeys;
using Orleans.Cache.Engine.HotKeys;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Grains.HotKeys;

/// <summary>What is measured of hot keys, on the meter of <see cref="ReplicationMetrics"/>. Names caches, never keys. Safe for any number of threads.</summary>
internal static class HotKeyMetrics
{
    private const string Cache = "dotnet.cache.name";

    public static void Observe(IMeterFactory meters, HotKeyTables tables, HotCopies copies)
    {
        var meter = meters.Create(ReplicationMetrics.MeterName);
        meter.CreateObservableUpDownCounter("orleans.cache.hot.keys", () => Each(tables, static table => table.Hot.Count), "{key}", "Keys that are hot on this silo, or pinned.");
        meter.CreateObservableCounter("orleans.cache.hot.promoted", () => Each(tables, static table => table.Promoted), "{key}", "Keys that became hot.");
        meter.CreateObservableCounter("orleans.cache.hot.demoted", () => Each(tables, static table => table.Demoted), "{key}", "Keys that ceased to be hot.");
        meter.CreateObservableCounter("orleans.cache.hot.reads", () => copies.Reads, "{request}", "Reads that this silo answered from copies of other silos' hot keys.");
        meter.CreateObservableCounter("orleans.cache.hot.misses", () => copies.Misses, "{request}", "Reads of other silos' hot keys that went to the owner, because this silo had no copy that it might read.");
    }

    private static IEnumerable<Measurement<long>> Each(HotKeyTables tables, Func<HotKeyTable, long> figure) =>
        tables.All.Select(one => new Measurement<long>(figure(one.Table), new KeyValuePair<string, object?>(Cache, one.Cache)));
}
