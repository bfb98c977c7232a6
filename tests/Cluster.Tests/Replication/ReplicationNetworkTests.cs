using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Contracts.Replication;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Cluster.Tests.Replication;

/// <summary>Messages between real silos, through their links and doors.</summary>
public sealed class ReplicationNetworkTests
{
    [Fact]
    public async Task Messages_BetweenSilos_ArriveAsTheyWereSentAndInOrder()
    {
        await using var grid = await ReplicatedGrid.StartAsync(silos: 2);
        Append[] sent = [.. Enumerable.Range(0, 1000).Select(number => SomeMessages.Append(to: 2, previous: number, [(byte)number, 7], new byte[number]))];

        foreach (var append in sent)
        {
            grid.NetworkOf(1).Send(5, append);
            grid.NetworkOf(1).Flush();
        }

        var received = await grid.SinkOf(2).NextAsync(sent.Length);
        Assert.All(received, item => Assert.Equal(5, item.Partition));
        Assert.Equal(sent.Select(TextOf), received.Select(item => TextOf((Append)item.Message)));
    }

    [Fact]
    public async Task Messages_BackAndForth_AreAnsweredFromInsideTheReceiver()
    {
        await using var grid = await ReplicatedGrid.StartAsync(silos: 2);
        grid.SinkOf(2).OnMessage = (partition, message) => grid.NetworkOf(2).Send(
            partition,
            new ChunkAck { From = message.To, To = message.From, Epoch = message.Epoch, Snapshot = 1, Index = ((SnapshotChunk)message).Index });

        foreach (var index in Enumerable.Range(0, 50))
        {
            grid.NetworkOf(1).Send(index % GridFixture.PartitionCount, SomeMessages.Chunk(to: 2, index, bytes: 100_000));
        }

        grid.NetworkOf(1).Flush();

        var answers = await grid.SinkOf(1).NextAsync(50);
        Assert.Equal(Enumerable.Range(0, 50), answers.Select(answer => ((ChunkAck)answer.Message).Index));
    }

    [Fact]
    public async Task Messages_BesideChunksThatAreNotTakenYet_Arrive()
    {
        await using var grid = await ReplicatedGrid.StartAsync(silos: 2);
        using var gate = new ManualResetEventSlim();
        grid.SinkOf(2).OnMessage = (_, message) =>
        {
            if (message is SnapshotChunk)
            {
                gate.Wait(TestContext.Current.CancellationToken);
            }
        };

        grid.NetworkOf(1).Send(1, SomeMessages.Chunk(to: 2, index: 0, bytes: 100_000));
        grid.NetworkOf(1).Send(2, SomeMessages.Chunk(to: 2, index: 1, PeerLink.MaxChunkPacketBytes * 4));
        grid.NetworkOf(1).Flush();
        grid.NetworkOf(1).Send(3, SomeMessages.Append(to: 2, previous: 4));
        grid.NetworkOf(1).Flush();

        Assert.IsType<Append>(Assert.Single(await grid.SinkOf(2).NextAsync(1)).Message);
        gate.Set();
        var chunks = await grid.SinkOf(2).NextAsync(2);
        Assert.Equal([0, 1], chunks.Select(static chunk => ((SnapshotChunk)chunk.Message).Index));
        Assert.Equal(PeerLink.MaxChunkPacketBytes * 4, ((SnapshotChunk)chunks[1].Message).Changes.Sum(static change => change.Length));
    }

    [Fact]
    public async Task Message_ToTheOwnSilo_IsDelivered()
    {
        await using var grid = await ReplicatedGrid.StartAsync(silos: 1);

        grid.NetworkOf(1).Send(3, SomeMessages.Append(to: 1, previous: 4));
        grid.NetworkOf(1).Flush();

        var (partition, message) = Assert.Single(await grid.SinkOf(1).NextAsync(1));
        Assert.Equal((3, 4), (partition, ((Append)message).Previous.Sequence));
    }

    [Fact]
    public async Task StandIn_IsTheFirstSiloThatAnswersInGoodTime()
    {
        await using var grid = await ReplicatedGrid.StartAsync(silos: 3);
        var (first, second) = (grid.DoorOf(1), grid.DoorOf(2));
        await UntilAsync(number: 1, standIn: null);
        await UntilAsync(number: 2, first);
        await UntilAsync(number: 3, first);

        await grid.KillAsync(1);

        await UntilAsync(number: 2, standIn: null);
        await UntilAsync(number: 3, second);

        async Task UntilAsync(int number, IReplicationNode? standIn)
        {
            while (!Equals(grid.NetworkOf(number).FindStandIn(), standIn))
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact]
    public async Task Packets_ForAnotherNodeOrRunOrDamaged_AreDroppedAndTheNextIsTaken()
    {
        await using var grid = await ReplicatedGrid.StartAsync(silos: 2);
        var door = grid.DoorOf(2);
        await door.ReceiveAsync(1, 2, grid.RunOf(2) + 1, Packet(partition: 1));
        await door.ReceiveAsync(1, 1, grid.RunOf(2), Packet(partition: 2));
        await door.ReceiveAsync(1, 2, grid.RunOf(2), Packet(partition: GridFixture.PartitionCount));
        await door.ReceiveAsync(1, 2, grid.RunOf(2), BatchBytes.Rent(0));
        await door.ReceiveAsync(1, 2, grid.RunOf(2), Damaged(Packet(partition: 3)));

        await door.ReceiveAsync(1, 2, grid.RunOf(2), Packet(partition: 4));

        Assert.Equal(4, Assert.Single(await grid.SinkOf(2).NextAsync(1)).Partition);
        Assert.False(grid.SinkOf(2).TryNext(out _));
    }

    [Fact]
    public async Task Receiver_ThatFailsAtAMessage_TakesTheOthers()
    {
        await using var grid = await ReplicatedGrid.StartAsync(silos: 2);
        grid.SinkOf(2).OnMessage = static (partition, _) =>
        {
            if (partition == 1)
            {
                throw new InvalidOperationException("The copy has a mistake.");
            }
        };

        foreach (var partition in Enumerable.Range(0, 3))
        {
            grid.NetworkOf(1).Send(partition, SomeMessages.Append(to: 2, previous: 1));
        }

        grid.NetworkOf(1).Flush();

        Assert.Equal([0, 2], (await grid.SinkOf(2).NextAsync(2)).Select(item => item.Partition));
    }

    [Fact]
    public async Task Silo_ThatIsKilled_CostsNothingAndItsLinkEndsWhenTheGridKnows()
    {
        await using var grid = await ReplicatedGrid.StartAsync(silos: 3);
        var link = grid.NetworkOf(1).Table.Peers[3].Link;
        await grid.KillAsync(3);

        for (var number = 0; number < 100; number++)
        {
            grid.NetworkOf(1).Send(1, SomeMessages.Append(to: 3, previous: number));
            grid.NetworkOf(1).Send(1, SomeMessages.Append(to: 2, previous: number));
            grid.NetworkOf(1).Flush();
        }

        var received = await grid.SinkOf(2).NextAsync(100);
        Assert.Equal(Enumerable.Range(0, 100).Select(number => (long)number), received.Select(item => ((Append)item.Message).Previous.Sequence));

        await grid.WaitForSilosAsync(2);
        Assert.Equal([2], grid.NetworkOf(1).Table.Peers.Keys);
        link.Enqueue(1, SomeMessages.Append(to: 3, previous: 1));
        Assert.Equal(0, link.QueuedBytes);
    }

    private static string TextOf(Append append) => $"{append.Previous} {append.Configuration} {string.Join(' ', append.Records.Select(record => $"{record.Position} {Convert.ToHexString(record.Change.Span)}"))}";

    private static BatchBytes Packet(int partition)
    {
        var writer = new PacketWriter(PacketKind.Messages, expectedBytes: 16);
        ReplicationFormat.Write(writer, partition, SomeMessages.Append(to: 2, previous: 1), WireMoment.Of(TimeProvider.System));
        return writer.ToRequest();
    }

    private static BatchBytes Damaged(BatchBytes packet)
    {
        packet.Span[2] = 99;
        return packet;
    }
}
