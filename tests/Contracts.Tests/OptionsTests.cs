using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Orleans.Cache.Client.Hosting;
using Orleans.Cache.Client.Loading;
using Orleans.Cache.Grains.Hosting;
using Orleans.Cache.Silo.Configuration;

namespace Orleans.Cache.Contracts.Tests;

/// <summary>No option is without effect, and none takes a value that makes no sense.</summary>
public sealed class OptionsTests
{
    /// <summary>They look at options only to refuse or to pass them on.</summary>
    private static readonly string[] OnlyLookAtOptions =
        [nameof(CacheGridOptionsValidator), nameof(CacheGridClientOptionsValidator), nameof(SiloOptionsReader), nameof(Topology.LimitsMessage)];

    [Theory]
    [InlineData(typeof(CacheGridOptions))]
    [InlineData(typeof(CacheSnapshotOptions))]
    [InlineData(typeof(CacheDataConnectionOptions))]
    [InlineData(typeof(CacheOptions))]
    [InlineData(typeof(CacheLimits))]
    [InlineData(typeof(CacheGridClientOptions))]
    [InlineData(typeof(CacheLoadingOptions))]
    [InlineData(typeof(CacheBreakerOptions))]
    [InlineData(typeof(CacheLoadOptions))]
    [InlineData(typeof(CachePostgreSqlOptions))]
    [InlineData(typeof(Silo.Configuration.SiloOptions))]
    public void Option_OfEveryKind_IsReadSomewhere(Type options)
    {
        var readers = Repository.Sources
            .Where(source => !OnlyLookAtOptions.Append(options.Name).Contains(Path.GetFileNameWithoutExtension(source.Path)))
            .ToArray();

        // A port that is not set follows from the number of the silo, so it is read in its effective form.
        Assert.DoesNotContain(
            options.GetProperties().Select(static property => property.Name),
            name => !readers.Any(source => Regex.IsMatch(source.Text, $@"\.(Effective)?{name}\b")));
    }

    [Theory]
    [InlineData(typeof(CacheGridOptions), typeof(CacheGridOptionsValidator))]
    [InlineData(typeof(CacheSnapshotOptions), typeof(CacheGridOptionsValidator))]
    [InlineData(typeof(CacheDataConnectionOptions), typeof(CacheGridOptionsValidator))]
    [InlineData(typeof(CacheOptions), typeof(CacheGridOptionsValidator))]
    [InlineData(typeof(CacheLimits), typeof(CacheGridOptionsValidator))]
    [InlineData(typeof(CacheGridClientOptions), typeof(CacheGridClientOptionsValidator))]
    [InlineData(typeof(CacheLoadingOptions), typeof(CacheGridClientOptionsValidator))]
    [InlineData(typeof(CacheBreakerOptions), typeof(CacheGridClientOptionsValidator))]
    [InlineData(typeof(CacheLoadOptions), typeof(LoadSettings))]
    [InlineData(typeof(CachePostgreSqlOptions), typeof(SiloOptionsReader))]
    [InlineData(typeof(Silo.Configuration.SiloOptions), typeof(SiloOptionsReader))]
    public void Option_OfEveryKind_IsChecked(Type options, Type validator)
    {
        // What turns typed values into bytes is code, of which any will do, as of what is on or off.
        string[] anyValueWillDo = [nameof(CacheGridClientOptions.Serializer), nameof(CacheGridClientOptions.JsonContexts), nameof(CacheGridClientOptions.UseDataConnections)];
        var text = Repository.Sources.Single(source => Path.GetFileNameWithoutExtension(source.Path) == validator.Name).Text;

        Assert.DoesNotContain(
            options.GetProperties().Select(static property => property.Name).Except(anyValueWillDo),
            name => !Regex.IsMatch(text, $@"\.{name}\b"));
    }

    [Fact]
    public void BadOption_OfASilosPart_IsRefusedByName() => Refused(new CacheGridOptionsValidator(), new()
    {
        ["Cache:Replication:Tenure is 00:00:01."] = static options => options.Replication.Tenure = TimeSpan.FromSeconds(1),
        ["Cache:Replication:Tenure is 00:00:11. It must be 00:00:12 (three leases"] = static options => (options.Replication.LeaseDuration, options.Replication.Tenure) = (TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(11)),
        ["Cache:Replication:Tenure is 01:00:01."] = static options => options.Replication.Tenure = TimeSpan.FromSeconds(3601),
        ["Cache:Replication:MoveBytesPerSecond is 1000."] = static options => options.Replication.MoveBytesPerSecond = 1000,
        ["Cache:Replication:MoveBytesPerSecond is -1."] = static options => options.Replication.MoveBytesPerSecond = -1,
        ["Cache:Replication:RepairInterval is 00:00:00.5000000."] = static options => options.Replication.RepairInterval = TimeSpan.FromSeconds(0.5),
        ["Cache:Replication:RepairInterval is 8.00:00:00."] = static options => options.Replication.RepairInterval = TimeSpan.FromDays(8),
        ["Cache:DataConnections:Port is -1."] = static options => options.DataConnections.Port = -1,
        ["Cache:DataConnections:Port is 65536."] = static options => options.DataConnections.Port = 65_536,
        ["Cache:DataConnections:MaxConnections is -1."] = static options => options.DataConnections.MaxConnections = -1,
        ["Cache:SiloName has 0 "] = static options => options.SiloName = string.Empty,
        ["Cache:SiloName has 129 "] = static options => options.SiloName = new string('n', 129),
        ["Cache:PartitionCount is 0."] = static options => options.PartitionCount = 0,
        ["Cache:PartitionCount is 1000."] = static options => options.PartitionCount = 1000,
        ["Cache:PartitionCount is 32768."] = static options => options.PartitionCount = 32768,
        ["Cache:MemoryBudgetBytes is 1000."] = static options => options.MemoryBudgetBytes = 1000,
        ["Cache:MaxStagedBytes is 1048575."] = static options => options.MaxStagedBytes = 1048575,
        ["Cache:Weight is 0."] = static options => options.Weight = 0,
        ["Cache:Weight is -1."] = static options => options.Weight = -1,
        ["Cache:Weight is 101."] = static options => options.Weight = 101,
        ["Cache:Weight is NaN."] = static options => options.Weight = double.NaN,
        ["Cache:Zone is null."] = static options => options.Zone = null!,
        ["Cache:Limits:MaxKeyBytes is 0."] = static options => options.Limits = new() { MaxKeyBytes = 0 },
        ["Cache:Limits:MaxKeyBytes is 65536."] = static options => options.Limits = new() { MaxKeyBytes = 65536 },
        ["Cache:Limits:MaxValueBytes is -1."] = static options => options.Limits = new() { MaxValueBytes = -1 },
        ["Cache:Limits:MaxValueBytes is 67108865."] = static options => options.Limits = new() { MaxValueBytes = 67108865, MaxBatchBytes = 200_000_000 },
        ["Cache:Limits:MaxBatchOperations is 0."] = static options => options.Limits = new() { MaxBatchOperations = 0 },
        ["Cache:Limits:MaxBatchOperations is 1000001."] = static options => options.Limits = new() { MaxBatchOperations = 1_000_001 },
        ["Cache:Limits:MaxBatchBytes is 1000."] = static options => options.Limits = new() { MaxBatchBytes = 1000 },
        ["Cache:Limits:MaxBatchBytes is 268435457."] = static options => options.Limits = new() { MaxBatchBytes = 268435457 },
        ["Cache:Limits:MaxTimeToLive is 00:00:00."] = static options => options.Limits = new() { MaxTimeToLive = TimeSpan.Zero },
        ["Cache:Limits:MaxTimeToLive is 3651.00:00:00."] = static options => options.Limits = new() { MaxTimeToLive = TimeSpan.FromDays(3651) },
        ["Cache:Snapshots:Folder is 'snapshots'."] = static options => options.Snapshots.Folder = "snapshots",
        ["Cache:Snapshots:Folder is ''."] = static options => options.Snapshots.Folder = string.Empty,
        ["Cache:Snapshots:Interval is 00:00:00.5000000."] = static options => options.Snapshots.Interval = TimeSpan.FromSeconds(0.5),
        ["Cache:Snapshots:Interval is 1.00:00:01."] = static options => options.Snapshots.Interval = TimeSpan.FromSeconds(86401),
        ["Cache:Snapshots:Keep is 0."] = static options => options.Snapshots.Keep = 0,
        ["Cache:Snapshots:Keep is 101."] = static options => options.Snapshots.Keep = 101,
        ["Cache:Snapshots:WaitForSilos is -00:00:01."] = static options => options.Snapshots.WaitForSilos = TimeSpan.FromSeconds(-1),
        ["Cache:Snapshots:WaitForSilos is 01:00:01."] = static options => options.Snapshots.WaitForSilos = TimeSpan.FromSeconds(3601),
        ["Cache:Caches has 'no name'"] = static options => options.Caches["no name"] = new CacheOptions(),
        ["Cache:Caches:small:DefaultTimeToLive is 00:00:00."] = static options => options.Caches["small"] = new() { DefaultTimeToLive = TimeSpan.Zero },
        ["Cache:Caches:small:DefaultSlidingExpiration is -00:00:01."] = static options => options.Caches["small"] = new() { DefaultSlidingExpiration = TimeSpan.FromSeconds(-1) },
        ["Cache:Caches:small:Eviction is 'mru'."] = static options => options.Caches["small"] = new() { Eviction = "mru" },
        ["Cache:Caches:small:Eviction is ''."] = static options => options.Caches["small"] = new() { Eviction = null! },
        ["Cache:Caches:small:MaxEntries is 0."] = static options => options.Caches["small"] = new() { MaxEntries = 0 },
        ["Cache:Caches:small:TimeToLiveJitter is 2."] = static options => options.Caches["small"] = new() { TimeToLiveJitter = 2 },
        ["Cache:Caches:small:WriteConcern is 3."] = static options => options.Caches["small"] = new() { WriteConcern = (CacheWriteConcern)3 },
        ["Cache:Caches:small:ReadLevel is 2."] = static options => options.Caches["small"] = new() { ReadLevel = (CacheReadLevel)2 },
        ["Cache:Caches:small:HotKeys is true, and NearCache is off."] = static options => options.Caches["small"] = new() { HotKeys = true },
        ["Cache:Caches:small:HotKeys is true, and ReadLevel is any."] = static options => options.Caches["small"] = new() { HotKeys = true, NearCache = CacheNearMode.Strict, ReadLevel = CacheReadLevel.Any },
        ["Cache:Caches:small:HotKeyReadsPerSecond is 199."] = static options => options.Caches["small"] = new() { HotKeyReadsPerSecond = 199 },
        ["Cache:Caches:small:HotKeyCopies is 0."] = static options => options.Caches["small"] = new() { HotKeyCopies = 0 },
        ["Cache:Caches:small:MaxBytes is 1000."] = static options => options.Caches["small"] = new() { MaxBytes = 1000 },
    });

    [Fact]
    public void BadOption_OfAClient_IsRefusedByName() => Refused(new CacheGridClientOptionsValidator(), new()
    {
        ["Gateways has 'localhost'"] = static options => options.Gateways.Add("localhost"),
        ["Gateways has 'localhost:0'"] = static options => options.Gateways.Add("localhost:0"),
        ["ClusterId is empty."] = static options => options.ClusterId = " ",
        ["ServiceId is empty."] = static options => options.ServiceId = string.Empty,
        ["OperationTimeout is 00:00:00."] = static options => options.OperationTimeout = TimeSpan.Zero,
        ["OperationTimeout is 00:11:00."] = static options => options.OperationTimeout = TimeSpan.FromMinutes(11),
        ["Retries.Delay is 00:00:00."] = static options => options.Retries.Delay = TimeSpan.Zero,
        ["Retries.Delay is 00:00:02."] = static options => options.Retries.Delay = TimeSpan.FromSeconds(2),
        ["Retries.BudgetRatio is 1.5. It must be 0 to 1."] = static options => options.Retries.BudgetRatio = 1.5,
        ["Retries.BudgetRatio is NaN."] = static options => options.Retries.BudgetRatio = double.NaN,
        ["Retries.BudgetBurst is -1."] = static options => options.Retries.BudgetBurst = -1,
        ["Retries.HedgeReadsAfter is 00:00:00."] = static options => options.Retries.HedgeReadsAfter = TimeSpan.Zero,
        ["Lanes.MaxBatchOperations is 0."] = static options => options.Lanes.MaxBatchOperations = 0,
        ["Lanes.MaxBatchBytes is 1. It must be 1024 to 16777216."] = static options => options.Lanes.MaxBatchBytes = 1,
        ["Lanes.MaxBatchesInFlight is 65."] = static options => options.Lanes.MaxBatchesInFlight = 65,
        ["Lanes.MaxQueuedBytes is 0."] = static options => options.Lanes.MaxQueuedBytes = 0,
        ["RefreshPeriod is 00:00:00."] = static options => options.RefreshPeriod = TimeSpan.Zero,
        ["RefreshPeriod is 02:00:00."] = static options => options.RefreshPeriod = TimeSpan.FromHours(2),
        ["Lanes.MaxWholeValueBytes is 1023."] = static options => options.Lanes.MaxWholeValueBytes = 1023,
        ["Lanes.ChunkBytes is 1048577."] = static options => options.Lanes.ChunkBytes = 1048577,
        ["Lanes.SharedChunkBytes is 0."] = static options => options.Lanes.SharedChunkBytes = 0,
        ["Lanes.MaxChunksInFlight is 0."] = static options => options.Lanes.MaxChunksInFlight = 0,
    });

    [Theory]
    [InlineData("Silo:Instance", "-1", "Silo:Instance is -1.")]
    [InlineData("Silo:Instance", "100", "Silo:Instance is 100.")]
    [InlineData("Silo:Instance", "one", "'one' at 'Silo:Instance'")]
    [InlineData("Silo:SiloPort", "0", "Silo:SiloPort is 0.")]
    [InlineData("Silo:GatewayPort", "65536", "Silo:GatewayPort is 65536.")]
    [InlineData("Silo:HttpPort", "-5", "Silo:HttpPort is -5.")]
    [InlineData("Silo:PrimaryPort", "0", "Silo:PrimaryPort is 0.")]
    [InlineData("Silo:SiloPort", "30000", "Port 30000 stands for Silo:SiloPort and Silo:GatewayPort.")]
    [InlineData("Silo:ClusterId", "", "Silo:ClusterId is empty.")]
    [InlineData("Silo:ServiceId", " ", "Silo:ServiceId is empty.")]
    [InlineData("Silo:Port", "1", "Silo:Port is no option.")]
    [InlineData("Silo:Clustering", "raft", "Silo:Clustering is 'raft'. It must be development, where the first silo keeps the membership, or postgresql.")]
    [InlineData("Silo:Clustering", "postgresql", "Silo:PostgreSql:ConnectionString is empty.")]
    [InlineData("Silo:PostgreSql:ConnectionString", "Host=h", "Silo:PostgreSql:ConnectionString is set, but has no effect with Silo:Clustering=development.")]
    [InlineData("Silo:PostgreSql:CreateSchema", "true", "Silo:PostgreSql:CreateSchema is set, but has no effect")]
    [InlineData("Silo:PostgreSql:Conection", "Host=h", "Silo:PostgreSql:Conection is no option.")]
    [InlineData("Silo:AdvertisedAddress", "10.0.0.7", "Silo:AdvertisedAddress is set, but has no effect")]
    [InlineData("Silo:HttpAddress", "here", "Silo:HttpAddress is 'here', which is no IP address.")]
    [InlineData("Silo:HttpAddress", "1", "Silo:HttpAddress is '1', which is no IP address.")]
    public void BadOption_OfTheReadyMadeSilo_IsRefusedByName(string option, string value, string message)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(option, value)]).Build();

        var error = Assert.Throws<SiloConfigurationException>(() => SiloOptionsReader.Read(configuration));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Silo:PrimaryPort", "11111", "Silo:PrimaryPort is 11111, but with Silo:Clustering=postgresql no silo keeps the membership. Remove one of the two.")]
    [InlineData("Silo:AdvertisedAddress", "silo-7", "Silo:AdvertisedAddress is 'silo-7', which is no IP address.")]
    [InlineData("Silo:AdvertisedAddress", "0.0.0.0", "Silo:AdvertisedAddress is 0.0.0.0, which nobody can connect to.")]
    [InlineData("Silo:AdvertisedAddress", "::", "Silo:AdvertisedAddress is ::, which nobody can connect to.")]
    [InlineData("Silo:PostgreSql:ConnectionString", "Database=d", "Silo:PostgreSql:ConnectionString names no host.")]
    [InlineData("Silo:PostgreSql:ConnectionString", "nonsense", "Silo:PostgreSql:ConnectionString is no connection string of Npgsql.")]
    public void BadOption_OfTheReadyMadeSiloOnPostgreSql_IsRefusedByName(string option, string value, string message)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Silo:Clustering", "PostgreSQL"), new("Silo:PostgreSql:ConnectionString", "Host=h")])
            .AddInMemoryCollection([new(option, value)])
            .Build();

        var error = Assert.Throws<SiloConfigurationException>(() => SiloOptionsReader.Read(configuration));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cache:PartitionCuont", "Cache:PartitionCuont is no option.")]
    [InlineData("Cache:Limits:MaxKeyByte", "Cache:Limits:MaxKeyByte is no option.")]
    [InlineData("Cache:Caches:small:MaxEntrys", "Cache:Caches:small:MaxEntrys is no option.")]
    [InlineData("Cache:Caches:small:MaxEntries", "'x' at 'Cache:Caches:small:MaxEntries'")]
    [InlineData("Cache:Limits:MaxTimeToLive", "'x' at 'Cache:Limits:MaxTimeToLive'")]
    public void MisspeltOption_OfASilosPart_IsRefusedByName(string option, string message)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(option, "x")]).Build();

        var error = Assert.Throws<SiloConfigurationException>(() => ConfigurationSections.Read<CacheGridOptions>(configuration, "Cache"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static void Refused<T>(IValidateOptions<T> validator, Dictionary<string, Action<T>> cases)
        where T : class, new()
    {
        Assert.True(validator.Validate(null, new T()).Succeeded);
        Assert.All(cases, @case =>
        {
            var options = new T();
            @case.Value(options);

            var failure = Assert.Single(validator.Validate(null, options).Failures ?? []);

            Assert.StartsWith(@case.Key, failure, StringComparison.Ordinal);
        });
    }
}
