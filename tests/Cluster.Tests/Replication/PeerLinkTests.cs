using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Replication;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests.Replication;

public sealed class PeerLinkTests
{
    [Fact]
    public async Task Messages_QueuedTogether_LeaveInOnePacket()
    {
        var silo = new FakeSilo();

        silo.Send(1, 2, 3);

        await ExpectAsync(silo, 1, 2, 3);
    }

    [Fact]
    public async Task Messages_WhileAPacketIsUnderWay_LeaveTogetherInTheNext()
    {
        var silo = new FakeSilo();
        silo.Send(1);
        var first = await silo.NextAsync();
        silo.Send(2);
        silo.Send(3);
        Assert.Equal((false, 1), (silo.HasPacket, silo.Link.InFlight));

        first.Taken.SetResult();

        await ExpectAsync(silo, 2, 3);
    }

    [Fact]
    public async Task Failure_OfAPacket_DropsWhatWaitsUntilTheSilenceIsOver()
    {
        var silo = new FakeSilo();
        silo.Send(1);
        var first = await silo.NextAsync();
        silo.Send(2);

        await silo.FailAsync(first.Taken);
        silo.Send(3);
        Assert.Equal((false, 0), (silo.HasPacket, silo.Link.QueuedBytes));
        silo.Time.Advance(PeerLink.LeastSilence);
        silo.Send(4);
        var trial = await silo.NextAsync();
        await silo.FailAsync(trial.Taken);
        silo.Time.Advance(PeerLink.LeastSilence);
        silo.Send(5);
        Assert.Equal((4, false, 0), (Assert.Single(trial.Partitions), silo.HasPacket, silo.Link.QueuedBytes));

        silo.Time.Advance(PeerLink.LeastSilence);
        silo.Send(6);

        await ExpectAsync(silo, 6);
    }

    [Fact]
    public async Task Silence_AfterManyFailures_IsASecondAtMost()
    {
        var silo = new FakeSilo();
        for (var failure = 0; failure < 10; failure++)
        {
            silo.Send(failure);
            await silo.FailAsync((await silo.NextAsync()).Taken);
            silo.Time.Advance(PeerLink.MostSilence);
        }

        silo.Send(10);

        await ExpectAsync(silo, 10);
    }

    [Fact]
    public async Task End_OfALink_DropsAllAndSendsNoMore()
    {
        var silo = new FakeSilo();
        silo.Send(1);
        var first = await silo.NextAsync();
        silo.Link.Enqueue(2, SomeMessages.Append(to: 2, previous: 1));

        silo.Link.End();
        first.Taken.SetResult();
        silo.Send(3);

        Assert.Equal((false, 0), (silo.HasPacket, silo.Link.QueuedBytes));
    }

    [Fact]
    public async Task Records_LargerThanAPacket_LeaveInSeveral()
    {
        var silo = new FakeSilo();
        silo.Link.Enqueue(7, SomeMessages.Append(to: 2, previous: 1, [.. Enumerable.Range(0, 10).Select(_ => new byte[300_000])]));
        silo.Link.Wake();
        while (silo.Messages.Count < 10)
        {
            (await silo.NextAsync()).Taken.SetResult();
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(static number => (long)number), silo.Messages.Select(static item => ((Append)item.Message).Previous.Sequence));
    }

    [Fact]
    public async Task Record_LargerThanAPacket_LeavesInPiecesAndBeatsDoNotWaitForIt()
    {
        var silo = new FakeSilo();
        var value = new byte[5 * PeerLink.MaxPacketBytes];
        new Random(7).NextBytes(value);
        silo.Link.Enqueue(7, SomeMessages.Append(to: 2, previous: 1, value));
        silo.Link.Wake();
        (await silo.NextAsync()).Taken.SetResult();
        var second = await silo.NextAsync();
        silo.Link.Enqueue(7, SomeMessages.Append(to: 2, previous: 2, [1]));
        silo.Link.Enqueue(7, SomeMessages.Append(to: 2, previous: 1));
        second.Taken.SetResult();

        var third = await silo.NextAsync();

        Assert.Empty(((Append)Assert.Single(silo.Messages).Message).Records);
        third.Taken.SetResult();
        while (silo.Messages.Count < 3)
        {
            (await silo.NextAsync()).Taken.SetResult();
        }

        var large = (Append)silo.Messages[1].Message;
        Assert.Equal((7, 1), (silo.Messages[1].Partition, large.Previous.Sequence));
        Assert.True(large.Records[0].Change.Span.SequenceEqual(value));
        Assert.Equal(2, ((Append)silo.Messages[2].Message).Previous.Sequence);
        Assert.Equal(0, silo.Link.QueuedBytes);
    }

    [Fact]
    public async Task Records_ThatWaitForAPacket_TellHowLongAgoTheyWereWritten()
    {
        var silo = new FakeSilo();
        silo.Send(1);
        var first = await silo.NextAsync();
        var writtenAt = silo.Time.GetTimestamp();
        silo.Link.Enqueue(2, SomeMessages.Append(to: 2, previous: 1, writtenAt, [1]));
        silo.Link.Enqueue(3, SomeMessages.Chunk(to: 2, index: 0, writtenAt: writtenAt));
        silo.Time.Advance(TimeSpan.FromSeconds(2));

        first.Taken.SetResult();
        await silo.NextAsync();

        // The test's other silo reads them without any time passing, by the same clock.
        var messages = silo.Messages.Skip(1).Select(static item => item.Message).ToArray();
        Assert.Equal(writtenAt, Assert.Single(messages.OfType<Append>()).Records[0].WrittenAt);
        Assert.Equal(writtenAt, Assert.Single(messages.OfType<SnapshotChunk>()).WrittenAt);
    }

    [Fact]
    public async Task Answers_ToAPacket_AreGivenWithItAndTaken()
    {
        var silo = new FakeSilo();
        silo.Link.HoldAnswers();
        silo.Link.Enqueue(1, SomeMessages.Ack(to: 2, matched: 5));
        silo.Link.Wake();
        Assert.False(silo.HasPacket);

        silo.Answer = silo.Link.TakeAnswers();

        Assert.Null(silo.Link.TakeAnswers());
        var (partition, message) = Assert.Single(ReplicationFormat.ReadMessages(silo.Answer!.Span, WireMoment.Of(silo.Time)));
        Assert.Equal((1, 5), (partition, ((AppendAck)message).Matched));
        silo.Send(3);
        (await silo.NextAsync()).Taken.SetResult();
        await Poll.UntilAsync(() => silo.Answers.Count == 1);
        Assert.Same(silo.Answer, silo.Answers[0]);
    }

    [Fact]
    public async Task Message_TooLargeForOrleans_IsDroppedAndTheOthersGo()
    {
        var silo = new FakeSilo();
        silo.Link.Enqueue(1, SomeMessages.Chunk(to: 2, index: 0, PeerLink.MaxMessageBytes));

        silo.Send(2);

        await ExpectAsync(silo, 2);
    }

    [Fact]
    public async Task Silo_ThatTakesPacketsInTimeForASecond_IsPrompt()
    {
        var silo = new FakeSilo();
        Assert.False(silo.Link.IsPrompt);
        await TakeAsync(silo, FakeSilo.Slowest);

        silo.Time.Advance(Promptness.Probation - FakeSilo.Slowest);

        Assert.True(silo.Link.IsPrompt);
    }

    [Fact]
    public async Task Silo_ThatTakesAPacketLate_OrNotAtAll_IsNotPromptForASecond()
    {
        var silo = new FakeSilo();
        silo.Time.Advance(Promptness.Probation);
        await TakeAsync(silo, 2 * FakeSilo.Slowest);
        Assert.False(silo.Link.IsPrompt);
        silo.Time.Advance(Promptness.Probation);
        Assert.True(silo.Link.IsPrompt);

        silo.Send(1);
        await silo.FailAsync((await silo.NextAsync()).Taken);

        Assert.False(silo.Link.IsPrompt);
        silo.Time.Advance(Promptness.Probation);
        Assert.True(silo.Link.IsPrompt);
    }

    [Fact]
    public async Task Silo_WithAPacketUnderWayForTooLong_IsNotPromptMeanwhile()
    {
        var silo = new FakeSilo();
        silo.Time.Advance(Promptness.Probation);
        silo.Send(1);
        _ = await silo.NextAsync();
        Assert.True(silo.Link.IsPrompt);

        silo.Time.Advance(2 * FakeSilo.Slowest);

        Assert.False(silo.Link.IsPrompt);
    }

    [Fact]
    public async Task Silo_ThatIsLateAgainAndAgain_CountsAsPromptInTheEnd()
    {
        var silo = new FakeSilo();
        for (var elapsed = TimeSpan.Zero; elapsed < Promptness.Patience; elapsed += 2 * FakeSilo.Slowest)
        {
            Assert.False(silo.Link.IsPrompt);
            await TakeAsync(silo, 2 * FakeSilo.Slowest);
        }

        Assert.True(silo.Link.IsPrompt);
    }

    [Fact]
    public async Task Probe_OfASiloInDoubt_IsAPacketWithoutMessages_OneAtATime()
    {
        var silo = new FakeSilo();
        silo.Link.Probe();
        var probe = await silo.NextAsync();
        silo.Link.Probe();
        Assert.Equal((0, false, 1), (probe.Partitions.Length, silo.HasPacket, silo.Link.InFlight));
        await EndAsync(silo, probe.Taken);

        silo.Link.Probe();
        await EndAsync(silo, (await silo.NextAsync()).Taken);
        silo.Time.Advance(Promptness.Probation);
        silo.Link.Probe();

        // Of a prompt silo nothing is asked: what comes next is a message.
        silo.Send(1);
        await ExpectAsync(silo, 1);
    }

    [Fact]
    public async Task Threads_Many_LoseNothingKeepTheirOrderAndGiveTheBytesBack()
    {
        const int Threads = 4;
        const int Messages = 20_000;
        var rented = BatchBytes.Rented;
        var received = new List<(int Partition, long Previous)>();
        var all = new TaskCompletionSource();
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var link = new PeerLink("other", TakeAsync, static _ => { }, PeerLink.MaxPacketBytes, TimeSpan.FromSeconds(1), TimeProvider.System, new ReplicationMetrics(meters), NullLogger.Instance);

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            for (var number = 0; number < Messages; number++)
            {
                link.Enqueue(thread, SomeMessages.Append(to: 2, previous: number, [1]));
                link.Wake();

                // The queue is bounded, and what it refuses would be missed here.
                while (link.QueuedBytes > PeerLink.MaxQueuedBytes / 4)
                {
                    await Task.Yield();
                }
            }
        })));
        await all.Task.WaitAsync(TimeSpan.FromSeconds(60));

        foreach (var thread in received.GroupBy(item => item.Partition))
        {
            Assert.Equal(Enumerable.Range(0, Messages).Select(number => (long)number), thread.Select(item => item.Previous));
        }

        await Poll.UntilAsync(() => link.InFlight == 0 && BatchBytes.Rented <= rented);

        async ValueTask<BatchBytes?> TakeAsync(BatchBytes packet)
        {
            lock (received)
            {
                received.AddRange(ReplicationFormat.ReadMessages(packet.Span, WireMoment.Of(TimeProvider.System)).Select(item => (item.Partition, ((Append)item.Message).Previous.Sequence)));
                if (received.Count == Threads * Messages)
                {
                    all.SetResult();
                }
            }

            await Task.Yield();
            return null;
        }
    }

    private static async Task ExpectAsync(FakeSilo silo, params int[] partitions) => Assert.Equal(partitions.AsEnumerable(), (await silo.NextAsync()).Partitions);

    /// <summary>Sends a packet that takes so long.</summary>
    private static async Task TakeAsync(FakeSilo silo, TimeSpan time)
    {
        silo.Send(1);
        var packet = await silo.NextAsync();
        silo.Time.Advance(time);
        await EndAsync(silo, packet.Taken);
    }

    private static async Task EndAsync(FakeSilo silo, TaskCompletionSource taken)
    {
        taken.SetResult();
        await Poll.UntilAsync(() => silo.Link.InFlight == 0);
    }
}
