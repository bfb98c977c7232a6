using System.Runtime.InteropServices;
using System.Text;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Tests.Lanes;

/// <summary>A batch that came to a <see cref="FakeDoor"/>, and the answer to it.</summary>
internal sealed class ReceivedBatch(IReadOnlyList<(OperationKind Kind, string Key)> operations)
{
    private readonly TaskCompletionSource<BatchReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<(OperationKind Kind, string Key)> Operations => operations;

    public IEnumerable<string> Keys => operations.Select(static operation => operation.Key);

    /// <summary>The marks of the operations.</summary>
    public IReadOnlyList<long> Marks { get; init; } = [];

    /// <summary>The time of the silo's clock that it was surely sent after.</summary>
    public long SentAfter { get; init; }

    public Task<BatchReply> Reply => _reply.Task;

    /// <summary>Answers every operation with its key as the value.</summary>
    public void Echo(long mapVersion = 1) => EchoExcept(static _ => OperationStatus.Done, mapVersion);

    /// <summary>Answers every operation with a status, and its key as the value where that is done.</summary>
    public void EchoExcept(Func<string, OperationStatus> statusOf, long mapVersion = 1, long clock = 0) =>
        Answer(key => new ShardResult { Status = statusOf(key), Version = 1, Number = ShardOperation.Forever }, mapVersion, clock);

    /// <summary>Answers every operation with what is said of its key, and the key as the value where that is done.</summary>
    public void Answer(Func<string, ShardResult> resultOf, long mapVersion = 1, long clock = 0)
    {
        var values = Keys.Select(Encoding.UTF8.GetBytes).ToArray();
        var reply = BatchBytes.Rent(BatchFormat.ReplyHeadBytes(values.Length) + values.Sum(static value => value.Length));
        BatchFormat.WriteHeader(reply.Span, values.Length);
        var results = new ShardResult[values.Length];
        var end = 0;
        for (var index = 0; index < values.Length; index++)
        {
            results[index] = resultOf(operations[index].Key);
            if (results[index].Status == OperationStatus.Done)
            {
                (results[index].ValueOffset, results[index].ValueLength) = (end, values[index].Length);
                values[index].CopyTo(reply.Span[(BatchFormat.ReplyHeadBytes(values.Length) + end)..]);
            }

            end += values[index].Length;
        }

        MemoryMarshal.AsBytes(results.AsSpan()).CopyTo(reply.Span[BatchFormat.HeaderBytes..]);
        _reply.SetResult(new BatchReply(BatchOutcome.Executed, mapVersion, reply, null, clock));
    }

    public void Refuse(BatchOutcome outcome, string? error = null) => _reply.SetResult(new BatchReply(outcome, 1, null, error));

    public void Lose() => _reply.SetException(new InvalidOperationException("The connection broke."));
}
