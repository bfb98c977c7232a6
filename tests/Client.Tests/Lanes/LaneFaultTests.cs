using System.Text;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Client.Tests.Lanes;

/// <summary>Every call ends in a result or a typed error, whatever becomes of its batch.</summary>
[Collection(nameof(LaneSoakTests))]
public sealed class LaneFaultTests
{
    private static readonly TimeSpan PastDeadline = TimeSpan.FromSeconds(2.1);

    [Fact]
    public async Task Deadline_OfACallNeverSent_MeansNothingWasDone()
    {
        using var client = new LaneFixture(static options => options.Lanes.MaxBatchesInFlight = 1);
        var sent = client.GetAsync("sent");
        var batch = client.Door.Next();
        client.Time.Advance(TimeSpan.FromSeconds(1));
        var waiting = client.Cache.IncrementAsync("waiting").AsTask();
        client.Time.Advance(TimeSpan.FromSeconds(1.1));
        await Assert.ThrowsAsync<CacheUnavailableException>(() => sent);

        client.Time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<CacheUnavailableException>(() => waiting);
        batch.Echo();
        var next = client.GetAsync("next");
        var after = client.Door.Next();
        Assert.Equal(["next"], after.Keys);
        after.Echo();
        Assert.Equal("next", await next);
    }

    [Fact]
    public async Task Deadline_OfAWriteThatWasSent_LeavesItUnknown()
    {
        using var client = new LaneFixture();
        var set = client.Cache.SetAsync("key", new byte[10]).AsTask();
        var many = client.Cache.SetManyAsync([new CacheSetItem("a", new byte[10]), new CacheSetItem("b", new byte[10])]).AsTask();

        client.Time.Advance(PastDeadline);

        await Assert.ThrowsAsync<CacheOutcomeUnknownException>(() => set);
        await Assert.ThrowsAsync<CacheOutcomeUnknownException>(() => many);
        client.Door.Next().Echo();
        client.Door.Next().Echo();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deadline_OfAWriteWhoseFirstAttemptHadNoClearAnswer_LeavesItUnknown_ThoughLaterOnesDidNothing(bool isLost)
    {
        using var client = new LaneFixture();
        var set = client.Cache.SetAsync("key", new byte[10]).AsTask();
        var first = client.Door.Next();
        var many = client.Cache.SetManyAsync([new CacheSetItem("a", new byte[10]), new CacheSetItem("b", new byte[10])]).AsTask();
        var second = client.Door.Next();
        var later = 0;
        client.Door.Answer = client.Relayed.Answer = batch =>
        {
            Interlocked.Increment(ref later);
            batch.EchoExcept(static _ => OperationStatus.Moved);
            return Task.CompletedTask;
        };

        foreach (var batch in (ReceivedBatch[])[first, second])
        {
            if (isLost)
            {
                batch.Lose();
            }
            else
            {
                batch.EchoExcept(static _ => OperationStatus.Unknown);
            }
        }

        // Both have been told by now that their second attempt did nothing.
        await Poll.UntilAsync(() => Volatile.Read(ref later) >= 6);

        client.Time.Advance(PastDeadline);

        await Assert.ThrowsAsync<CacheOutcomeUnknownException>(() => set);
        await Assert.ThrowsAsync<CacheOutcomeUnknownException>(() => many);
    }

    [Fact]
    public async Task Deadline_OfAReadThatWasSent_IsUnavailable()
    {
        using var client = new LaneFixture();
        var one = client.GetAsync("key");
        var many = client.Cache.GetManyAsync(["a", "b"]).AsTask();

        client.Time.Advance(PastDeadline);

        await Assert.ThrowsAsync<CacheUnavailableException>(() => one);
        await Assert.ThrowsAsync<CacheUnavailableException>(() => many);
    }

    [Fact]
    public async Task Cancelled_WhileItWaits_IsNeverSent()
    {
        using var client = new LaneFixture(static options => options.Lanes.MaxBatchesInFlight = 1);
        using var cancellation = new CancellationTokenSource();
        var sent = client.GetAsync("sent");
        var one = client.Cache.SetAsync("one", new byte[1], default, cancellation.Token).AsTask();
        var many = client.Cache.RemoveManyAsync(["a", "b"], cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => many);
        client.Door.Next().Echo();
        Assert.Equal("sent", await sent);
        Assert.Equal(1, client.Door.Count);
    }

    [Fact]
    public async Task Cancelled_WhileUnderWay_EndsTheWait()
    {
        using var client = new LaneFixture();
        using var cancellation = new CancellationTokenSource();
        var one = client.GetAsync("one", cancellation.Token);
        var many = client.Cache.GetManyAsync(["a", "b"], cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => many);
        client.Door.Next().Echo();
        client.Door.Next().Echo();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync("late", cancellation.Token));
    }

    [Fact]
    public async Task LostBatch_IsSentAgainWhereThatDoesNoHarm()
    {
        using var client = new LaneFixture();
        var get = client.GetAsync("get");
        client.Door.Next().Lose();

        // The shortest way is avoided for a while after a loss.
        client.Relayed.Next().Echo();
        Assert.Equal("get", await get);
        var increment = client.Cache.IncrementAsync("increment").AsTask();
        client.Relayed.Next().Lose();

        // Under its id, by which the silo knows whether it has been executed.
        client.Relayed.Next().Echo();
        await increment;
    }

    [Fact]
    public async Task LostBatch_WithoutABudget_IsNotSentAgain()
    {
        using var client = new LaneFixture(static options => options.Retries.BudgetBurst = 0);
        var one = client.GetAsync("one");
        client.Door.Next().Lose();
        await Assert.ThrowsAsync<CacheUnavailableException>(() => one);
        var many = client.Cache.GetManyAsync(["a", "b"]).AsTask();
        client.Relayed.Next().Lose();

        await Assert.ThrowsAsync<CacheUnavailableException>(() => many);

        Assert.Equal((1, 1), (client.Door.Count, client.Relayed.Count));
    }

    [Fact]
    public async Task MovedOperations_AreSentAgain_TheOthersNot()
    {
        using var client = new LaneFixture();
        var many = client.Cache.GetManyAsync(["a", "b", "c"]).AsTask();
        client.Door.Next().EchoExcept(static key => key == "b" ? OperationStatus.Moved : OperationStatus.Done);
        var second = client.Door.Next();
        Assert.Equal(["b"], second.Keys);
        second.Refuse(BatchOutcome.WrongSilo);
        client.Door.Next().Echo();

        Assert.Equal(["a", "b", "c"], (await many).Select(static entry => Encoding.UTF8.GetString(entry.Value.Span)));
    }

    [Fact]
    public async Task ReplyByANewerMap_IsReasonToLookForIt_Once()
    {
        using var client = new LaneFixture();
        for (var number = 0; number < 3; number++)
        {
            var call = client.GetAsync("key");
            client.Door.Next().Echo(mapVersion: 9);
            await call;
        }

        Assert.Equal(2, client.Current.Version);
    }

    [Fact]
    public async Task RefusedBatch_IsAnErrorOfTheRequest()
    {
        using var client = new LaneFixture();
        var one = client.GetAsync("one");
        client.Door.Next().Refuse(BatchOutcome.Malformed, "what was wrong");
        var many = client.Cache.GetManyAsync(["a", "b"]).AsTask();
        client.Door.Next().Refuse(BatchOutcome.UnknownCache);

        var error = await Assert.ThrowsAsync<CacheRequestException>(() => one);
        Assert.Contains("what was wrong", error.Message, StringComparison.Ordinal);
        Assert.Equal(CacheErrorCode.UnknownCache, (await Assert.ThrowsAsync<CacheRequestException>(() => many)).Code);
    }

    [Fact]
    public async Task HedgedRead_TakesTheFirstAnswer()
    {
        using var client = new LaneFixture(static options => options.Retries.HedgeReadsAfter = TimeSpan.FromMilliseconds(20));
        var quick = client.GetAsync("quick");
        client.Door.Next().Echo();
        Assert.Equal("quick", await quick);
        var slow = client.GetAsync("slow");
        var first = client.Door.Next();

        client.Time.Advance(TimeSpan.FromMilliseconds(21));
        client.Relayed.Next().Echo();

        Assert.Equal("slow", await slow);
        first.Lose();
        Assert.Equal(1, client.Relayed.Count);
    }

    [Fact]
    public async Task PooledValue_SurvivesARetry_AndGoesBackOnce()
    {
        using var client = new LaneFixture();
        var get = client.Cache.GetPooledAsync("key").AsTask();
        client.Door.Next().EchoExcept(static _ => OperationStatus.Moved);
        client.Door.Next().Echo();

        var value = await get;

        Assert.Equal("key", Encoding.UTF8.GetString(value!.Memory.Span));
        value.Dispose();
        value.Dispose();
        Assert.Throws<ObjectDisposedException>(() => value.Memory);
    }

    [Fact]
    public async Task DisposedClient_EndsTheCallsThatArePending()
    {
        var client = new LaneFixture(static options => options.Lanes.MaxBatchesInFlight = 1);
        var sent = client.Cache.SetAsync("sent", new byte[1]).AsTask();
        var waiting = client.Cache.SetAsync("waiting", new byte[1]).AsTask();
        var many = client.Cache.GetManyAsync(["a", "b"]).AsTask();

        client.Dispose();

        await Assert.ThrowsAsync<CacheOutcomeUnknownException>(() => sent);
        await Assert.ThrowsAsync<CacheUnavailableException>(() => waiting);
        await Assert.ThrowsAsync<CacheUnavailableException>(() => many);
        await Assert.ThrowsAsync<CacheUnavailableException>(() => client.GetAsync("later"));
        client.Door.Next().Lose();
    }
}
