using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Contracts.Errors;
using Orleans.Cache.Contracts.Events;
using Orleans.Cache.Contracts.HotKeys;
using Orleans.Cache.Contracts.Invalidation;
using Orleans.Cache.Contracts.Loading;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Partitions;
using Orleans.Cache.Contracts.Topology;
using Orleans.Serialization;

namespace Orleans.Cache.Contracts.Tests.Wire;

/// <summary>Processes of different versions run side by side during an upgrade: what they say to each other changes only by additions.</summary>
public sealed class WireContractTests
{
    private static readonly SiloAddress Silo = SiloAddress.New(new System.Net.IPEndPoint(System.Net.IPAddress.Parse("10.0.0.7"), 11111), 42);

    private static readonly LimitsMessage Limits = new(1, 2, 3, long.MaxValue, TimeSpan.FromDays(3650));

    private static readonly CacheStatistics Statistics = new()
    {
        Cache = "default",
        Entries = 1,
        Bytes = long.MaxValue,
        Hits = 3,
        Misses = 4,
        Writes = 5,
        Removals = 6,
        Evictions = 7,
        Expirations = 8,
    };

    private static readonly NodeDescriptor Node = new()
    {
        Name = "silo-0",
        Address = Silo,
        Gateway = SiloAddress.New(Silo.Endpoint, 0),
        NodeType = "sys.svc.user.1",
        Weight = 0.75,
        Zone = "zone ä",
        PartitionCount = 1024,
        Caches = ["default", "small"],
        Limits = Limits,
        Number = 3,
        Run = 4,
        IsLeaving = true,
        Replicas = 2,
        LeaseDuration = TimeSpan.FromMilliseconds(250),
        Tenure = TimeSpan.FromSeconds(31),
    };

    private static readonly TopologyMessage Topology = new(2097152, [Node, Node with { Gateway = null }], [0, 1, -1], [1, long.MaxValue, 0], ["default"], Limits);

    private static readonly object[] Samples =
    [
        Node,
        Node with { Gateway = null, Zone = string.Empty, Caches = [] },
        Limits,
        Topology,
        Topology with { NearCaches = [new NearCacheMessage(CacheNearMode.Strict, TimeSpan.FromSeconds(2))] },
        new NearCacheMessage(CacheNearMode.Bounded, TimeSpan.FromSeconds(1)),
        new FollowRequest(Silo, new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 12, 13, 14, 300, true),
        new FollowReply(12, 13, true, null, 14, [1, 2], [3, 4], ["default"]),
        new FollowReply(12, 13, false, null, 14, null, null, null),
        Topology with { Replicas = [1, 0, -1], ReadLevels = [1], Began = 2097000 },
        new BatchRequest(Silo, 7, "default", Bytes()),
        new BatchRequest(Silo, 7, "default", Bytes(), 9),
        new BatchReply(BatchOutcome.Executed, 7, Bytes(), null, 9),
        new BatchReply(BatchOutcome.Malformed, 7, null, "what was wrong"),
        new CacheStatisticsConverter().ConvertToSurrogate(Statistics),
        new NodeStatistics("silo-0", 1 << 30, [Statistics]),
        new NodeStatistics("silo-0", 1 << 30, [], new NodeSnapshots(1, 2, 3, 4, "why not", 5, 6, 7)),
        new NodeSnapshots(0, 0, 0, 0, null, 0, 0, 0),
        new SnapshotOffer(1, 2, 3, 4, 5),
        new NodeStatus(Node, true, Topology),
        new NodeStatus(Node, false, null),
        new PartitionStatus(Silo, true, 9),
        new CacheSessionSurrogate("AQEB"),
        new NodeArrivals(7, 8, 3, [9]),
        new DataDoor(40123, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
        new NodeMoves("silo-0", 340, 2, [new NodeMove(7, "silo-1", true, (byte)PartitionMovePhase.Filling, 12, long.MaxValue)], new NodeArrivals(5, 6, 2, [17, 40])),
        new NodeMove(7, "silo-1", false, (byte)PartitionMovePhase.Waiting, 0, 0),
        new JoinReply(Topology with { Replicas = [1, 0, -1] }, null),
        new StoredTopologyMessage(5, [1, 2, 3]),
        new JoinReply(null, "why not"),
        new LoadRequest(Silo, "default", [1, 2], LoadStep.Renew, 3, 4, 500),
        new LoadReply(LoadAnswer.Granted, 3, 2000, 7),
        new EventStreamRequest(Silo, "silo-0"),
        new EventStreamRequest(Silo, null),
        new EventStreamReply("CacheEvents", "silo-0", 7, 8, ["default"]),
        new EventsMessage("silo-0", 7, 8, 1, ["default"], [1, 2, 3], EventsMark.Moved),
        new NearCacheMessage(CacheNearMode.Strict, TimeSpan.FromSeconds(1), int.MaxValue),
        new NodeHotKey("default", [1, 2], 5000.5, 0.25, true),
        new NodeHotKeys("silo-0", [new NodeHotKey("default", [1], 1, 2, false)], [new HotPin("default", [1], true, 3)]),
        new HotPin("default", [1, 2], false, 4),
        new HotKeyReads("default", [1, 2], 5),
        new CacheErrorSurrogate((int)CacheErrorCode.ConditionFailed, "what was wrong", (int)CacheWriteOutcome.VersionMismatch, 7),
    ];

    [Fact]
    public void Contract_IsTheApprovedOne() => Approved.Equal("WireContract", WireContract.Describe());

    [Fact]
    public void Message_RoundTrip_LosesNothing()
    {
        using var services = new ServiceCollection()
            .AddSerializer(static builder => builder.AddAssembly(typeof(BatchRequest).Assembly))
            .BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();

        Assert.All(Samples, sample => Assert.Equal(Describe(sample), Describe(serializer.Deserialize<object>(serializer.SerializeToArray<object>(sample))!)));
    }

    /// <summary>A grain of an application may let any error of a cache through to its caller.</summary>
    [Fact]
    public void Error_OfEveryType_TravelsWithCodeAndMessage()
    {
        using var services = new ServiceCollection()
            .AddSerializer(static builder => builder.AddAssembly(typeof(BatchRequest).Assembly))
            .BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        CacheException[] errors =
        [
            CacheRequestException.IncrementOverflow(),
            CacheUnavailableException.NoMajority(),
            new CacheUnavailableException("what was wrong", new InvalidOperationException("why")),
            new CacheOutcomeUnknownException("what was wrong", new InvalidOperationException("why")),
            new CacheConditionException(CacheWriteOutcome.VersionMismatch, 7, "what was wrong"),
            CacheLoadException.SourceBroken(new InvalidOperationException("why")),
            new CacheSerializationException("what was wrong"),
        ];

        Assert.Empty(typeof(CacheException).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(CacheException))).Except(errors.Select(static error => error.GetType())));
        Assert.All(errors, error =>
        {
            var copy = Assert.IsAssignableFrom<CacheException>(serializer.Deserialize<Exception>(serializer.SerializeToArray<Exception>(error)));
            Assert.Equal((error.GetType(), error.Code, error.Message), (copy.GetType(), copy.Code, copy.Message));
            Assert.Equal((error as CacheConditionException)?.Outcome, (copy as CacheConditionException)?.Outcome);
            Assert.Equal((error as CacheConditionException)?.CurrentVersion, (copy as CacheConditionException)?.CurrentVersion);
        });
    }

    [Fact]
    public void Message_OfEveryType_IsAmongTheSamples() =>
        Assert.Empty(WireContract.Messages.Except(Samples.Select(static sample => sample.GetType())));

    [Fact]
    public void Member_OfEveryMessage_HasAnId() => Assert.All(WireContract.Messages, static type => Assert.All(
        type.GetProperties().Where(static property => property.CanWrite), static property => Assert.True(property.IsDefined(typeof(IdAttribute)), $"{property.DeclaringType!.Name}.{property.Name}")));

    [Fact]
    public void Alias_OfEveryTypeAndMethod_IsThereAndUnique()
    {
        var types = WireContract.Types.Where(static type => type.IsInterface || type.IsDefined(typeof(GenerateSerializerAttribute))).ToArray();
        var aliases = types.Select(static type => type.GetCustomAttribute<AliasAttribute>()?.Alias).ToList();

        Assert.All(aliases, Assert.NotNull);
        Assert.Distinct(aliases);
        Assert.All(types.Where(static type => type.IsInterface), static type =>
        {
            var methods = type.GetMethods().Select(static method => method.GetCustomAttribute<AliasAttribute>()?.Alias).ToList();
            Assert.All(methods, Assert.NotNull);
            Assert.Distinct(methods);
        });
    }

    private static BatchBytes Bytes()
    {
        var bytes = BatchBytes.Rent(3);
        "abc"u8.CopyTo(bytes.Span);
        return bytes;
    }

    /// <summary>A value with everything in it, as text: records compare their arrays by reference.</summary>
    private static string Describe(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        SiloAddress address => address.ToString(),
        BatchBytes bytes => Convert.ToHexString(bytes.Span),
        IEnumerable elements => $"[{string.Join(", ", elements.Cast<object?>().Select(Describe))}]",
        _ when value.GetType().Assembly.GetName().Name!.StartsWith("Orleans.Cache", StringComparison.Ordinal) && !value.GetType().IsEnum =>
            $"{value.GetType().Name} {{ {string.Join(", ", value.GetType().GetProperties().Where(static property => property.CanWrite).Select(property => $"{property.Name} = {Describe(property.GetValue(value))}"))} }}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
