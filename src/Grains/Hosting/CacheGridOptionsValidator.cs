using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Options;
using Orleans.Cache.Engine.Eviction;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Grains.Hosting;

/// <summary>Checks a silo's options when it starts, and says of each that is wrong what it should be.</summary>
internal sealed class CacheGridOptionsValidator : IValidateOptions<CacheGridOptions>
{
    private const long LeastBudgetBytes = 16L << 20;
    private const long LeastCacheBytes = 1L << 20;
    private const int MostValueBytes = 64 << 20;
    private const long MostBatchBytes = 256L << 20;
    private const int MostBatchOperations = 1_000_000;
    private const int MostReplicas = 3;
    private const int MostMoves = 1024;
    private const int MostConnections = 65_536;
    private static readonly TimeSpan LongestTimeToLive = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ShortestLease = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(10);
    private const long SlowestMoves = 1L << 20;
    private const long FastestMoves = 1L << 40;

    private static readonly TimeSpan ShortestTenure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestTenure = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestRepair = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRepair = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private const int MostSnapshots = 100;

    private const int LeastHotReads = 200;
    private const int MostHotReads = 1_000_000_000;

    private static readonly TimeSpan ShortestStaleness = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestStaleness = TimeSpan.FromMinutes(10);

    public ValidateOptionsResult Validate(string? name, CacheGridOptions options)
    {
        var failures = new List<string>();
        CheckSilo(options, failures);
        CheckReplication(options, failures);
        CheckSnapshots(options.Snapshots, failures);
        CheckLimits(options.Limits, failures);
        foreach (var (cacheName, cache) in options.Caches)
        {
            CheckCache(cacheName, cache, options.Limits, failures);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckSilo(CacheGridOptions options, List<string> failures)
    {
        if (options.SiloName is { Length: 0 or > RingMember.MaxNameLength })
        {
            Add(failures, $"Cache:SiloName has {options.SiloName.Length} characters. It must have 1 to {RingMember.MaxNameLength}; leave it out to use the Orleans silo's name.");
        }

        if (options.PartitionCount is < 1 or > Slot.Count || !BitOperations.IsPow2(options.PartitionCount))
        {
            Add(failures, $"Cache:PartitionCount is {options.PartitionCount}. It must be a power of two from 1 to {Slot.Count}, the same on every silo; 1024 suits most grids.");
        }

        if (options.MemoryBudgetBytes < LeastBudgetBytes)
        {
            Add(failures, $"Cache:MemoryBudgetBytes is {options.MemoryBudgetBytes}. It must be at least {LeastBudgetBytes} (16 MiB), or hardly an entry would fit. Raise it.");
        }

        if (options.MaxStagedBytes < options.Limits.MaxValueBytes)
        {
            Add(failures, $"Cache:MaxStagedBytes is {options.MaxStagedBytes}. It must be at least Cache:Limits:MaxValueBytes, which is {options.Limits.MaxValueBytes}, or the largest values could never be set.");
        }

        CheckRange(failures, "Cache:FeedCapacity", options.FeedCapacity, 1 << 10, 1 << 24);

        CheckRange(failures, "Cache:DataConnections:Port", options.DataConnections.Port, 0, ushort.MaxValue);
        CheckRange(failures, "Cache:DataConnections:MaxConnections", options.DataConnections.MaxConnections, 0, MostConnections);
        CheckRange(failures, "Cache:Events:BufferBytes", options.Events.BufferBytes, 1 << 20, 1 << 30);
        if (string.IsNullOrWhiteSpace(options.Events.StreamProvider))
        {
            Add(failures, $"Cache:Events:StreamProvider is empty. Name a stream provider of the silo; leave it out for {CacheGridDefaults.EventStreamProvider}.");
        }

        // Written so that NaN fails too.
        if (!(options.Weight >= RingMember.MinWeight && options.Weight <= RingMember.MaxWeight))
        {
            Add(failures, $"Cache:Weight is {options.Weight}. It must be {RingMember.MinWeight} to {RingMember.MaxWeight}; a silo that shall hold nothing should not host the grid: use AddCacheGridClient there.");
        }

        if (options.Zone is null)
        {
            Add(failures, $"Cache:Zone is null. Leave it out where there are no zones.");
        }
    }

    private static void CheckReplication(CacheGridOptions options, List<string> failures)
    {
        if (options.Replicas is < 0 or > MostReplicas)
        {
            Add(failures, $"Cache:Replicas is {options.Replicas}. It must be 0 to {MostReplicas}, the same on every silo; 1 keeps every entry through the loss of a silo.");
        }

        var replication = options.Replication;
        if (replication.LeaseDuration < ShortestLease || replication.LeaseDuration > LongestLease)
        {
            Add(failures, $"Cache:Replication:LeaseDuration is {replication.LeaseDuration}. It must be {ShortestLease} to {LongestLease}, the same on every silo.");
        }

        var shortestTenure = ShortestTenure > 3 * replication.LeaseDuration ? ShortestTenure : 3 * replication.LeaseDuration;
        if (replication.Tenure < shortestTenure || replication.Tenure > LongestTenure)
        {
            Add(failures, $"Cache:Replication:Tenure is {replication.Tenure}. It must be {shortestTenure} (three leases, 2 seconds at least) to {LongestTenure}, the same on every silo.");
        }

        if (replication.RepairInterval != TimeSpan.Zero && (replication.RepairInterval < ShortestRepair || replication.RepairInterval > LongestRepair))
        {
            Add(failures, $"Cache:Replication:RepairInterval is {replication.RepairInterval}. It must be {ShortestRepair} to {LongestRepair}, or 0 (copies are not compared).");
        }

        CheckRange(failures, "Cache:Replication:ConcurrentMoves", replication.ConcurrentMoves, 1, MostMoves);
        if (replication.MoveBytesPerSecond is not 0 and (< SlowestMoves or > FastestMoves))
        {
            Add(failures, $"Cache:Replication:MoveBytesPerSecond is {replication.MoveBytesPerSecond}. It must be {SlowestMoves} to {FastestMoves}, or 0 (as fast as the silo can).");
        }

        if (replication.DrainTimeout < TimeSpan.Zero || replication.DrainTimeout > LongestDrain)
        {
            Add(failures, $"Cache:Replication:DrainTimeout is {replication.DrainTimeout}. It must be 0 (a silo that stops waits for nobody) to {LongestDrain}.");
        }
    }

    private static void CheckSnapshots(CacheSnapshotOptions snapshots, List<string> failures)
    {
        if (snapshots.Folder is { } folder && !Path.IsPathFullyQualified(folder))
        {
            Add(failures, $"Cache:Snapshots:Folder is '{folder}'. It must be a path from the root, the same wherever the silo is started from; leave it out for no snapshots.");
        }

        if (snapshots.Interval < ShortestInterval || snapshots.Interval > LongestInterval)
        {
            Add(failures, $"Cache:Snapshots:Interval is {snapshots.Interval}. It must be {ShortestInterval} to {LongestInterval}.");
        }

        CheckRange(failures, "Cache:Snapshots:Keep", snapshots.Keep, 1, MostSnapshots);
        if (snapshots.WaitForSilos < TimeSpan.Zero || snapshots.WaitForSilos > LongestWait)
        {
            Add(failures, $"Cache:Snapshots:WaitForSilos is {snapshots.WaitForSilos}. It must be 0 (a silo that starts waits for nobody) to {LongestWait}.");
        }
    }

    private static void CheckLimits(CacheLimits limits, List<string> failures)
    {
        CheckRange(failures, "Cache:Limits:MaxKeyBytes", limits.MaxKeyBytes, 1, ushort.MaxValue);
        CheckRange(failures, "Cache:Limits:MaxValueBytes", limits.MaxValueBytes, 0, MostValueBytes);
        CheckRange(failures, "Cache:Limits:MaxBatchOperations", limits.MaxBatchOperations, 1, MostBatchOperations);
        CheckRange(failures, "Cache:Limits:MaxBatchBytes", limits.MaxBatchBytes, (long)limits.MaxKeyBytes + limits.MaxValueBytes, MostBatchBytes);
        CheckDuration(failures, "Cache:Limits:MaxTimeToLive", limits.MaxTimeToLive, LongestTimeToLive);
    }

    private static void CheckCache(string name, CacheOptions cache, CacheLimits limits, List<string> failures)
    {
        if (!CacheName.IsValid(name))
        {
            Add(failures, $"Cache:Caches has '{name}', which is no cache name. Use 1 to {CacheName.MaxLength} characters of a-z, A-Z, 0-9, '-', '_' and '.'.");
        }

        if (cache.DefaultTimeToLive is { } timeToLive)
        {
            CheckDuration(failures, $"Cache:Caches:{name}:DefaultTimeToLive", timeToLive, limits.MaxTimeToLive);
        }

        if (cache.DefaultSlidingExpiration is { } sliding)
        {
            CheckDuration(failures, $"Cache:Caches:{name}:DefaultSlidingExpiration", sliding, limits.MaxTimeToLive);
        }

        if (cache.Eviction is null || !EvictionPolicies.IsKnown(cache.Eviction))
        {
            Add(failures, $"Cache:Caches:{name}:Eviction is '{cache.Eviction}'. It must be one of {string.Join(", ", EvictionPolicies.Names)}; leave it out for the default.");
        }

        if (!Enum.IsDefined(cache.WriteConcern))
        {
            Add(failures, $"Cache:Caches:{name}:WriteConcern is {(int)cache.WriteConcern}. It must be owner, replicated or majority; leave it out for replicated.");
        }

        if (!Enum.IsDefined(cache.ReadLevel))
        {
            Add(failures, $"Cache:Caches:{name}:ReadLevel is {(int)cache.ReadLevel}. It must be owner or any; leave it out for owner.");
        }

        if (!Enum.IsDefined(cache.NearCache))
        {
            Add(failures, $"Cache:Caches:{name}:NearCache is {(int)cache.NearCache}. It must be off, bounded or strict; leave it out for off.");
        }

        if (cache.NearCacheStaleness < ShortestStaleness || cache.NearCacheStaleness > LongestStaleness)
        {
            Add(failures, $"Cache:Caches:{name}:NearCacheStaleness is {cache.NearCacheStaleness}. It must be {ShortestStaleness} to {LongestStaleness}, the same on every silo.");
        }

        CheckHotKeys(name, cache, failures);

        // Written so that NaN fails too.
        if (!(cache.TimeToLiveJitter >= 0 && cache.TimeToLiveJitter <= 1))
        {
            Add(failures, $"Cache:Caches:{name}:TimeToLiveJitter is {cache.TimeToLiveJitter}. It must be 0 to 1, such as 0.1 for up to a tenth less.");
        }

        if (cache.MaxEntries is < 1)
        {
            Add(failures, $"Cache:Caches:{name}:MaxEntries is {cache.MaxEntries}. It must be at least 1; leave it out for no limit.");
        }

        if (cache.MaxBytes is < LeastCacheBytes)
        {
            Add(failures, $"Cache:Caches:{name}:MaxBytes is {cache.MaxBytes}. It must be at least {LeastCacheBytes} (1 MiB); leave it out for no limit but the silos' budgets.");
        }
    }

    private static void CheckHotKeys(string name, CacheOptions cache, List<string> failures)
    {
        if (cache.HotKeys && cache.NearCache == CacheNearMode.Off)
        {
            Add(failures, $"Cache:Caches:{name}:HotKeys is true, and NearCache is off. It must be bounded or strict, which says how stale a copy of a hot key may be; or leave out HotKeys.");
        }

        if (cache.HotKeys && cache.ReadLevel == CacheReadLevel.Any)
        {
            Add(failures, $"Cache:Caches:{name}:HotKeys is true, and ReadLevel is any. It must be owner: reads that any copy may answer are spread already. Or leave out HotKeys.");
        }

        CheckRange(failures, $"Cache:Caches:{name}:HotKeyReadsPerSecond", cache.HotKeyReadsPerSecond, LeastHotReads, MostHotReads);
        if (cache.HotKeyCopies is < 1)
        {
            Add(failures, $"Cache:Caches:{name}:HotKeyCopies is {cache.HotKeyCopies}. It must be at least 1; leave it out for copies on all silos.");
        }
    }

    private static void CheckRange(List<string> failures, string option, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            Add(failures, $"{option} is {value}. It must be {least} to {most}.");
        }
    }

    private static void CheckDuration(List<string> failures, string option, TimeSpan value, TimeSpan most)
    {
        if (value < TimeSpan.FromMilliseconds(1) || value > most)
        {
            Add(failures, $"{option} is {value}. It must be 1 ms to {most}.");
        }
    }

    private static void Add(List<string> failures, FormattableString failure) =>
        failures.Add(failure.ToString(CultureInfo.InvariantCulture));
}
