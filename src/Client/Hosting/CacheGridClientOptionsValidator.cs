using System.Globalization;
using Microsoft.Extensions.Options;
using Orleans.Cache.Client.Loading;
using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.Hosting;

/// <summary>Checks a client's options when the application starts.</summary>
internal sealed class CacheGridClientOptionsValidator : IValidateOptions<CacheGridClientOptions>
{
    public ValidateOptionsResult Validate(string? name, CacheGridClientOptions options)
    {
        var failures = new List<string>();
        foreach (var gateway in options.Gateways.Where(static gateway => !GatewayEndPoints.TryParse(gateway, out _)))
        {
            failures.Add($"Gateways has '{gateway}', which is no gateway. Write host:port, such as {CacheGridDefaults.Gateway}.");
        }

        CheckText(nameof(options.ClusterId), options.ClusterId);
        CheckText(nameof(options.ServiceId), options.ServiceId);
        CheckRange(nameof(options.OperationTimeout), options.OperationTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        CheckRange("Retries.Delay", options.Retries.Delay, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
        CheckNumber("Retries.BudgetRatio", options.Retries.BudgetRatio, 0, 1);
        CheckNumber("Retries.BudgetBurst", options.Retries.BudgetBurst, 0, 1_000_000);
        CheckRange("Retries.HedgeReadsAfter", options.Retries.HedgeReadsAfter ?? TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        CheckRange(nameof(options.RefreshPeriod), options.RefreshPeriod, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        var lanes = options.Lanes;
        CheckNumber("Lanes.MaxBatchOperations", lanes.MaxBatchOperations, 1, 65_536);
        CheckNumber("Lanes.MaxBatchBytes", lanes.MaxBatchBytes, 1 << 10, 16 << 20);
        CheckNumber("Lanes.MaxBatchesInFlight", lanes.MaxBatchesInFlight, 1, 64);
        CheckNumber("Lanes.MaxQueuedBytes", lanes.MaxQueuedBytes, 64 << 10, 16L << 30);
        CheckNumber("Lanes.MaxWholeValueBytes", lanes.MaxWholeValueBytes, 1 << 10, 1 << 20);
        CheckNumber("Lanes.ChunkBytes", lanes.ChunkBytes, 1 << 10, 1 << 20);
        CheckNumber("Lanes.SharedChunkBytes", lanes.SharedChunkBytes, 1 << 10, 1 << 20);
        CheckNumber("Lanes.MaxChunksInFlight", lanes.MaxChunksInFlight, 1, 64);
        CheckNumber("NearCache.MaxEntries", options.NearCache.MaxEntries, 1, 100_000_000);
        CheckNumber("NearCache.MaxBytes", options.NearCache.MaxBytes, 64 << 10, long.MaxValue);
        CheckNumber("NearCache.MaxValueBytes", options.NearCache.MaxValueBytes, 0, int.MaxValue);
        CheckRange("NearCache.MaxTimeToLive", options.NearCache.MaxTimeToLive ?? TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(3650));
        var breaker = options.Loading.Breaker;
        CheckNumber("Loading.Breaker.FailureRatio", breaker.FailureRatio ?? 1, 0.001, 1);
        CheckNumber("Loading.Breaker.MinimumThroughput", breaker.MinimumThroughput, 2, int.MaxValue);
        CheckRange("Loading.Breaker.SamplingDuration", breaker.SamplingDuration, TimeSpan.FromMilliseconds(500), TimeSpan.FromDays(1));
        CheckRange("Loading.Breaker.BreakDuration", breaker.BreakDuration, TimeSpan.FromMilliseconds(500), TimeSpan.FromDays(1));
        failures.AddRange(LoadSettings.Failures(options.Loading.Defaults).Select(static failure => $"Loading.Defaults.{failure}"));
        failures.AddRange(options.Loading.Caches.SelectMany(static cache => LoadSettings.Failures(cache.Value).Select(failure => $"Loading.Caches.{cache.Key}.{failure}")));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void CheckText(string option, string value)
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                failures.Add($"{option} is empty. Set it to what the grid's silos have; the default is {CacheGridDefaults.ClusterId}.");
            }
        }

        void CheckNumber(string option, double value, double least, double most)
        {
            if (!(value >= least && value <= most))
            {
                failures.Add(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}. It must be {least} to {most}."));
            }
        }

        void CheckRange(string option, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                failures.Add($"{option} is {value}. It must be {least} to {most}.");
            }
        }
    }
}
