using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Cluster.Tests.Replication;

public sealed class OutgoingQueueTests
{
    [Fact]
    public void Take_OfMany_KeepsTheOrderAndFillsThePacket()
    {
        var queue = new OutgoingQueue(maxBytes: 1000, maxMessages: 100, packetBytes: 100);
        foreach (var partition in Enumerable.Range(0, 5))
        {
            Assert.Equal(AddOutcome.Queued, queue.Add(Records(partition, bytes: 40), out _));
        }

        Assert.Equal([0, 1], Take(queue));
        Assert.Equal([2, 3], Take(queue));
        Assert.Equal((1, 40), (queue.Count, queue.Bytes));
    }

    [Fact]
    public void Take_OfBeatsAndAnswersBehindRecords_TakesThemFirst()
    {
        var queue = new OutgoingQueue(maxBytes: 1000, maxMessages: 100, packetBytes: 100);
        queue.Add(Records(1, bytes: 50), out _);
        queue.Add(Records(2, bytes: 50), out _);
        queue.Add(Beat(3), out _);
        queue.Add(Answer(4), out _);

        Assert.Equal([4, 3, 1], Take(queue));
        Assert.Equal([2], Take(queue));
    }

    [Fact]
    public void Answers_ThatAreHeld_LeaveByThemselves()
    {
        var queue = new OutgoingQueue(maxBytes: 1000, maxMessages: 100, packetBytes: 100) { HoldsAnswers = true };
        queue.Add(Answer(1), out _);
        Assert.Equal((1, 0), (queue.Count, queue.Sendable));
        Assert.Empty(Take(queue));
        queue.Add(Beat(2), out _);
        var answers = new List<OutgoingMessage>();

        queue.TakeAnswers(answers);

        Assert.Equal(1, Assert.Single(answers).Partition);
        Assert.Equal([2], Take(queue));
        Assert.Equal((0, 0), (queue.Count, queue.Bytes));
    }

    [Fact]
    public void Large_LeavesInPieces_WithOthersButNotThoseBehindItOfItsPartition()
    {
        var queue = new OutgoingQueue(maxBytes: 1000, maxMessages: 100, packetBytes: 100);
        queue.Add(Records(1, bytes: 300), out _);
        queue.Add(Records(1, bytes: 10), out _);
        queue.Add(Records(2, bytes: 10), out _);
        queue.Add(Records(3, bytes: 200), out _);
        queue.Add(Records(3, bytes: 10), out _);
        queue.Add(Beat(1), out _);
        var taken = new List<OutgoingMessage>();

        var first = queue.Take(taken);

        Assert.Equal((1, 300), (first!.Message.Partition, first.Message.Bytes));
        Assert.Equal([1, 2], taken.Select(static message => message.Partition));
        Assert.Equal((true, 0), (taken[0].Message is Append { Records.Length: 0 }, Take(queue).Length));
        queue.End(first);
        taken.Clear();
        var second = queue.Take(taken);
        Assert.Equal(3, second!.Message.Partition);
        Assert.Equal(1, Assert.Single(taken).Partition);
        queue.End(second);
        Assert.Equal([3], Take(queue));
        Assert.Equal((0, 0), (queue.Count, queue.Bytes));
    }

    [Fact]
    public void Large_ThatWaitsAlready_IsNotDoubled()
    {
        var queue = new OutgoingQueue(maxBytes: 1000, maxMessages: 100, packetBytes: 100);
        Assert.Equal(AddOutcome.Queued, queue.Add(Records(1, bytes: 300), out _));
        Assert.Equal(AddOutcome.Known, queue.Add(Records(1, bytes: 300), out _));
        var transfer = queue.Take([]);
        Assert.Equal(AddOutcome.Known, queue.Add(Records(1, bytes: 300), out _));

        queue.End(transfer!);

        Assert.Equal(AddOutcome.Queued, queue.Add(Records(1, bytes: 300), out _));
    }

    [Fact]
    public void Add_ToAFullQueue_DropsTheOldestBeatsAndThenRefuses()
    {
        var queue = new OutgoingQueue(maxBytes: 80, maxMessages: 100, packetBytes: 100);
        queue.Add(Beat(1), out _);
        queue.Add(Records(2, bytes: 30), out _);
        queue.Add(Beat(3), out _);
        queue.Add(Records(4, bytes: 30), out _);

        Assert.Equal(AddOutcome.Queued, queue.Add(Records(5, bytes: 10), out var dropped));
        Assert.Equal(1, dropped);
        Assert.Equal(AddOutcome.Refused, queue.Add(Records(6, bytes: 11), out dropped));
        Assert.Equal(1, dropped);
        Assert.Equal([2, 4, 5], Take(queue));
    }

    [Fact]
    public void Add_OfMoreMessagesThanAllowed_DropsTheOldestBeats()
    {
        var queue = new OutgoingQueue(maxBytes: 1000, maxMessages: 3, packetBytes: 100);
        foreach (var partition in Enumerable.Range(0, 5))
        {
            Assert.Equal(AddOutcome.Queued, queue.Add(Beat(partition), out _));
        }

        Assert.Equal([2, 3, 4], Take(queue));
    }

    [Fact]
    public void Add_OfOneLargerThanTheQueue_IsTakenWhenNothingElseWaits()
    {
        var queue = new OutgoingQueue(maxBytes: 100, maxMessages: 100, packetBytes: 100);

        Assert.Equal(AddOutcome.Queued, queue.Add(Records(1, bytes: 500), out _));
        Assert.Equal(AddOutcome.Refused, queue.Add(Records(2, bytes: 1), out _));
    }

    [Fact]
    public void Chunk_ThatWaitsAlready_IsNotDoubled()
    {
        var queue = new OutgoingQueue(maxBytes: 10_000, maxMessages: 100, packetBytes: 100);
        var chunk = Chunk(7);

        Assert.Equal(AddOutcome.Queued, queue.Add(chunk, out _));
        Assert.Equal(AddOutcome.Known, queue.Add(chunk, out _));
        Assert.Equal([7], Take(queue));
        Assert.Equal(AddOutcome.Queued, queue.Add(chunk, out _));
    }

    [Fact]
    public void Clear_DropsAll()
    {
        var queue = new OutgoingQueue(maxBytes: 10_000, maxMessages: 100, packetBytes: 100);
        queue.Add(Chunk(1), out _);
        queue.Add(Beat(2), out _);

        Assert.Equal(2, queue.Clear());
        Assert.Equal((0, 0), (queue.Count, queue.Bytes));
        Assert.Equal(AddOutcome.Queued, queue.Add(Chunk(1), out _));
    }

    private static int[] Take(OutgoingQueue queue)
    {
        var taken = new List<OutgoingMessage>();
        queue.Take(taken);
        return [.. taken.Select(message => message.Partition)];
    }

    private static OutgoingMessage Records(int partition, int bytes) => new(partition, SomeMessages.Append(to: 2, previous: 1, [1]), bytes);

    private static OutgoingMessage Beat(int partition) => new(partition, SomeMessages.Append(to: 2, previous: 1), Bytes: 10);

    private static OutgoingMessage Answer(int partition) => new(partition, SomeMessages.Ack(to: 2), Bytes: 10);

    private static OutgoingMessage Chunk(int partition) => new(partition, SomeMessages.Chunk(to: 2, index: 0), Bytes: 50);
}
