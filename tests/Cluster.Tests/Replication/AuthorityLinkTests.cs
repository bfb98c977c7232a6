using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Replication;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests.Replication;

public sealed class AuthorityLinkTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Channel<(long[] Asked, TaskCompletionSource<bool> Answer)> _calls = Channel.CreateUnbounded<(long[], TaskCompletionSource<bool>)>();
    private readonly Channel<(int Partition, AuthorityReply Reply)> _replies = Channel.CreateUnbounded<(int, AuthorityReply)>();
    private readonly AuthorityLink _link;

    public AuthorityLinkTests() => _link = new AuthorityLink(
        DecideAsync, replies => replies.ForEach(reply => _replies.Writer.TryWrite(reply)), _time, NullLogger.Instance);

    [Fact]
    public async Task Questions_WhileOneIsUnderWay_LeaveTogetherAfterIt()
    {
        Ask(1);
        var first = await NextCallAsync();
        Ask(2);
        Ask(3);
        Assert.False(_calls.Reader.TryPeek(out _));

        first.Answer.SetResult(true);
        await ExpectAsync(2, 3);

        Assert.Equal(1, Assert.Single(first.Asked));
        var (partition, reply) = await NextReplyAsync();
        Assert.Equal((1, 1, SomeMessages.Configuration(9)), (partition, reply.SentAt, reply.Recorded));
    }

    [Fact]
    public async Task Question_BehindASlowOne_OvertakesItButNoThirdDoes()
    {
        Ask(1);
        await NextCallAsync();
        _time.Advance(AuthorityLink.Patience);
        Ask(2);
        Assert.False(_calls.Reader.TryPeek(out _));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Ask(3);
        await ExpectAsync(2, 3);
        _time.Advance(AuthorityLink.Patience * 2);
        Ask(4);

        Assert.False(_calls.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task Failure_OfACall_DelaysTheNextAShortWhile()
    {
        Ask(1);
        var first = await NextCallAsync();
        Ask(2);
        first.Answer.SetException(new SiloUnavailableException());
        Assert.False(_calls.Reader.TryPeek(out _));

        await WaitForRetryAsync();

        await ExpectAsync(2);
    }

    [Fact]
    public async Task Answer_ThatCannotBeRead_IsAFailure()
    {
        Ask(1);
        (await NextCallAsync()).Answer.SetResult(false);
        _link.Enqueue(2, SomeMessages.Request(sentAt: 2));
        await WaitForRetryAsync();

        await ExpectAsync(2);
        Assert.False(_replies.Reader.TryPeek(out _));
    }

    /// <summary>Lets time pass until the next call is made: the link may learn of the failure a moment after the test made it.</summary>
    private async Task WaitForRetryAsync()
    {
        while (!_calls.Reader.TryPeek(out _))
        {
            _time.Advance(AuthorityLink.RetryDelay);
            _link.Wake();
            await Task.Delay(1);
        }
    }

    private async Task ExpectAsync(params long[] asked) => Assert.Equal(asked.AsEnumerable(), (await NextCallAsync()).Asked);

    private void Ask(int partition)
    {
        _link.Enqueue(partition, SomeMessages.Request(sentAt: partition));
        _link.Wake();
    }

    private async Task<(long[] Asked, TaskCompletionSource<bool> Answer)> NextCallAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _calls.Reader.ReadAsync(deadline.Token);
    }

    private async Task<(int Partition, AuthorityReply Reply)> NextReplyAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _replies.Reader.ReadAsync(deadline.Token);
    }

    /// <summary>Answers when the test says so: true for replies, false for bytes that are none.</summary>
    private async ValueTask<BatchBytes> DecideAsync(BatchBytes requests)
    {
        var asked = ReplicationFormat.ReadRequests(requests.Span);
        var answer = new TaskCompletionSource<bool>();
        await _calls.Writer.WriteAsync(([.. asked.Select(item => item.Request.SentAt).Order()], answer));
        if (!await answer.Task)
        {
            return BatchBytes.Rent(0);
        }

        var writer = new PacketWriter(PacketKind.Replies, expectedBytes: 16);
        foreach (var (partition, request) in asked)
        {
            var reply = new AuthorityReply { To = request.From, SentAt = request.SentAt, Recorded = SomeMessages.Configuration(9) };
            ReplicationFormat.Write(writer, partition, reply);
        }

        return writer.ToRequest();
    }
}
