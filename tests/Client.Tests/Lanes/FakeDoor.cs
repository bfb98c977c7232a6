using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Orleans.Cache.Contracts.Events;
using Orleans.Cache.Contracts.HotKeys;
using Orleans.Cache.Contracts.Invalidation;
using Orleans.Cache.Contracts.Loading;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Topology;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Tests.Lanes;

/// <summary>
/// A silo's door that answers batches when and how the test says: a real silo can be killed, but not be made to answer the second of three
/// batches first. The rest of the door is not for lanes, which these tests are of: whoever calls it fails the test.
/// </summary>
internal sealed class FakeDoor : ICacheNode
{
    private readonly BlockingCollection<ReceivedBatch> _received = [];
    private int _count;

    /// <summary>Answers batches at once, instead of the test.</summary>
    public Func<ReceivedBatch, Task>? Answer { get; set; }

    /// <summary>Answers who follows changes.</summary>
    public Func<FollowRequest, ValueTask<FollowReply>>? Follow { get; set; }

    /// <summary>How many batches came.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The next batch, in the order in which they came.</summary>
    public ReceivedBatch Next() => _received.TryTake(out var batch, TimeSpan.FromSeconds(30))
        ? batch
        : throw new TimeoutException("No batch came.");

    public ValueTask<BatchReply> ExecuteAsync(BatchRequest request)
    {
        Interlocked.Increment(ref _count);
        var batch = new ReceivedBatch(Read(request.Operations.Span, out var marks)) { Marks = marks, SentAfter = request.SentAfter };
        if (Answer is { } answer)
        {
            _ = answer(batch);
        }
        else
        {
            _received.Add(batch);
        }

        return new ValueTask<BatchReply>(batch.Reply);
    }

    public ValueTask<NodeStatus> DescribeAsync() => throw NotForLanes();

    public ValueTask<TopologyMessage?> GetTopologyAsync(long knownVersion) => throw NotForLanes();

    public ValueTask PublishAsync(TopologyMessage message) => throw NotForLanes();

    public ValueTask<FollowReply> FollowAsync(FollowRequest request) => Follow?.Invoke(request) ?? throw NotForLanes();

    public ValueTask<LoadReply> LoadAsync(LoadRequest request) => throw NotForLanes();

    public ValueTask<EventStreamReply> GetEventStreamAsync(EventStreamRequest request) => throw NotForLanes();

    public ValueTask<NodeStatistics> GetStatisticsAsync() => throw NotForLanes();

    public ValueTask<NodeMoves> GetMovesAsync() => throw NotForLanes();

    public ValueTask<NodeHotKeys> GetHotKeysAsync() => throw NotForLanes();

    public ValueTask<bool> PinAsync(HotPin[] pins) => throw NotForLanes();

    public ValueTask<DataDoor?> GetDataDoorAsync() => throw NotForLanes();

    public ValueTask NoteHotReadsAsync(HotKeyReads[] reads) => throw NotForLanes();

    /// <summary>What a member that lanes must not call fails the test with.</summary>
    private static NotSupportedException NotForLanes([CallerMemberName] string member = "") => new($"{member} is not for lanes: these tests are of batches only.");

    private static List<(OperationKind Kind, string Key)> Read(ReadOnlySpan<byte> request, out List<long> marks)
    {
        marks = [];
        var read = new List<(OperationKind, string)>();
        foreach (ref readonly var operation in BatchFormat.ReadRequest(request, int.MaxValue, out var payload))
        {
            marks.Add(operation.Mark);
            read.Add((operation.Kind, Encoding.UTF8.GetString(payload.Slice(operation.KeyOffset, operation.KeyLength))));
        }

        return read;
    }
}
