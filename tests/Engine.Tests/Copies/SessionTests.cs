using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>Operations that say what their session has seen, over real shards.</summary>
public sealed class SessionTests
{
    private static ShardOperation Any => new() { Kind = OperationKind.Get, Level = ReadLevel.Any };

    [Fact]
    public void ReplicaThatIsBehindASession_SaysSo_UntilItIsNot()
    {
        using var grid = Started();
        using var session = new HostDriver(grid.Shards(0)) { Seen = LogPosition.Start };
        session.Set("a", "1"u8);
        grid.RunUntil(session.IsComplete);
        grid.Run(500);

        Write(session, WriteConcern.Owner, "2");
        var written = session.Positions[0];
        using var replica = new HostDriver(grid.Shards(1));

        // Who has no session reads what was so before.
        Assert.Equal((OperationStatus.Done, "1"), (replica.One(Any, "a"u8).Status, TextOf(replica)));
        Assert.Empty(replica.Positions);
        replica.Seen = written;
        Assert.Equal(OperationStatus.Behind, replica.One(Any, "a"u8).Status);
        grid.RunUntil(() => replica.One(Any, "a"u8).Status == OperationStatus.Done);
        Assert.Equal("2", TextOf(replica));
        Assert.True(replica.Positions[0] >= written);
    }

    [Fact]
    public void ReadOfTheOwner_IsNotAheadOfWhatItHasSeen()
    {
        using var grid = Started();
        using var session = new HostDriver(grid.Shards(0)) { Seen = LogPosition.Start };
        session.Set("a", "1"u8);
        grid.RunUntil(session.IsComplete);
        grid.Run(500);
        using var writer = new HostDriver(grid.Shards(0)) { Seen = LogPosition.Start };
        Write(writer, WriteConcern.Owner, "2");

        session.Get("b");
        var other = session.Positions[0];
        session.Get("a");
        var same = session.Positions[0];

        // Another key of the partition: replicas may answer this session still.
        Assert.True(other < writer.Positions[0]);
        Assert.Equal(writer.Positions[0], same);
        Assert.Equal("2", TextOf(session));
    }

    [Fact]
    public void ReadThatSawATagRemoved_IsNotFollowedByOneOfBefore()
    {
        using var grid = Started();
        using var session = new HostDriver(grid.Shards(0)) { Seen = LogPosition.Start };
        var tag = new byte[TagSection.BytesOf(1)];
        TagSection.Write(tag, ["t"u8.ToArray()]);
        session.One(new ShardOperation { Kind = OperationKind.SetTagged }, "a"u8, [.. tag, .. "1"u8]);
        grid.RunUntil(session.IsComplete);
        grid.Run(500);

        // Any key of the partition stands for it: not the one that is read.
        var other = Enumerable.Range(0, 1000).Select(static number => $"p{number}").First(static name => Slot.Of(name).PartitionOf(CopyGrid.Partitions) == PartitionOfKey());
        using var remover = new HostDriver(grid.Shards(0)) { Seen = LogPosition.Start };
        remover.One(new ShardOperation { Kind = OperationKind.RemoveTags, Concern = (byte)(WriteConcern.Owner + 1) }, Encoding.UTF8.GetBytes(other), tag);
        session.Get("a");
        Assert.Equal(OperationStatus.NotFound, session.Results[0].Status);
        Assert.Equal(remover.Positions[0], session.Positions[0]);
        using var replica = new HostDriver(grid.Shards(1)) { Seen = session.Positions[0] };
        Assert.Equal(OperationStatus.Behind, replica.One(Any, "a"u8).Status);
        grid.RunUntil(() => replica.One(Any, "a"u8).Status == OperationStatus.NotFound);
    }

    [Fact]
    public void ReadBehindATagRemovalThatIsAwaited_WaitsForIt()
    {
        using var grid = Started();
        using var writer = new HostDriver(grid.Shards(0));
        writer.Set("a", "1"u8);
        grid.RunUntil(writer.IsComplete);
        grid.Run(500);

        writer.One(new ShardOperation { Kind = OperationKind.Clear }, "a"u8);
        using var reader = new HostDriver(grid.Shards(0));
        var other = Enumerable.Range(0, 1000).Select(static number => $"p{number}").First(static name => Slot.Of(name).PartitionOf(CopyGrid.Partitions) == PartitionOfKey());
        reader.Get(other);

        Assert.False(writer.IsComplete());
        Assert.False(reader.IsComplete());
        grid.RunUntil(() => writer.IsComplete() && reader.IsComplete());
        Assert.Equal(OperationStatus.NotFound, reader.Results[0].Status);
        reader.Get(other);
        Assert.True(reader.IsComplete());
    }

    [Fact]
    public void WritesThatNobodyFollows_AreSeenAllTheSame()
    {
        using var grid = new CopyGrid(2, seed: 3);
        grid.WantAll(0);
        grid.Settle(0);
        using var session = new HostDriver(grid.Shards(0)) { Seen = LogPosition.Start };

        session.Set("a", "1"u8);
        var first = session.Positions[0];
        session.Set("a", "2"u8);
        var second = session.Positions[0];
        session.Get("a");
        var read = session.Positions[0];

        Assert.True(first < second);
        Assert.Equal(second, read);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        using var replica = new HostDriver(grid.Shards(1)) { Seen = second };
        grid.RunUntil(() => replica.One(Any, "a"u8).Status == OperationStatus.Done);
        Assert.Equal("2", TextOf(replica));
    }

    [Fact]
    public void SessionThatHasSeenALaterOwner_IsNotAnsweredByTheFormerOne()
    {
        using var grid = Started();
        using var former = new HostDriver(grid.Shards(0)) { Seen = LogPosition.Start };
        former.Set("a", "1"u8);
        grid.RunUntil(former.IsComplete);
        var before = former.Positions[0];

        // Cut off, and its lease over; the other one has taken over.
        grid.Isolated = 0;
        grid.RunUntil(() => grid.Copies(1).StatusOf(PartitionOfKey()).IsServing);
        using var later = new HostDriver(grid.Shards(1)) { Seen = before };
        later.Get("a");
        Assert.Equal("1", TextOf(later));
        Assert.True(later.Positions[0].Epoch > before.Epoch);

        former.Seen = later.Positions[0];
        Assert.Equal(OperationStatus.Moved, former.Get("a").Status);
        Assert.Equal(OperationStatus.Moved, former.Set("a", "2"u8).Status);
        grid.Isolated = -1;
        grid.Settle(0, 1);
        Assert.Equal((OperationStatus.Done, "1"), (former.Get("a").Status, TextOf(former)));
    }

    [Fact]
    public void SessionOfAnotherGrid_OwesNothingToOneThatBeganLater()
    {
        using var grid = Started(firstEpoch: 1_000_000);
        using var session = new HostDriver(grid.Shards(0)) { Seen = new LogPosition(999_999, 1_000_000_000) };

        session.Get("a");

        Assert.Equal(OperationStatus.NotFound, session.Results[0].Status);
        Assert.True(session.Positions[0] > session.Seen);
    }

    /// <summary>A session that wanders over all silos, while messages are lost and late and owners are cut off, never sees a number fall.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void SessionOverAnyCopies_NeverGoesBack(int seed)
    {
        using var grid = Started(seed);
        grid.LossPercent = 5;
        grid.MaxDelay = 6;
        var random = new Random(seed);
        HostDriver[] drivers = [new(grid.Shards(0)), new(grid.Shards(1)), new(grid.Shards(2))];
        var seen = LogPosition.Start;
        var (acknowledged, number, behind, answered) = (0, 0, 0, 0);
        for (var step = 0; step < 4000; step++)
        {
            if (random.Next(200) == 0)
            {
                grid.Isolated = random.Next(-2, 2);
            }

            var driver = drivers[random.Next(3)];
            driver.Seen = seen;
            var isWrite = random.Next(4) == 0;
            if (isWrite)
            {
                Write(driver, WriteConcern.Replicated, $"{++number}");
                for (var turn = 0; turn < 200 && !driver.IsComplete(); turn++)
                {
                    grid.Run(5);
                }

                driver.Wait?.Abandon();
            }
            else
            {
                driver.One(Any, "a"u8);
                driver.Wait?.Abandon();
            }

            behind += driver.Results[0].Status == OperationStatus.Behind ? 1 : 0;
            if (driver.IsComplete() && driver.Results[0].Status == OperationStatus.Done)
            {
                answered++;
                Assert.NotEqual(default, driver.Positions[0]);
                seen = driver.Positions[0] > seen ? driver.Positions[0] : seen;
                var value = isWrite ? number : int.Parse(TextOf(driver), System.Globalization.CultureInfo.InvariantCulture);
                Assert.True(value >= acknowledged, $"step {step}: {value} after {acknowledged}");
                acknowledged = value;
            }

            grid.Run(5);
        }

        // Else nothing was put to the test.
        Assert.True(behind > 10, $"{behind} behind");
        Assert.True(answered > 1000, $"{answered} answered");
    }

    private static CopyGrid Started(int seed = 11, long firstEpoch = 1)
    {
        var grid = new CopyGrid(3, seed, firstEpoch: firstEpoch);
        grid.WantAll(0, 1);
        grid.Settle(0, 1);
        return grid;
    }

    private static int PartitionOfKey() => Slot.Of("a").PartitionOf(CopyGrid.Partitions);

    private static void Write(HostDriver driver, WriteConcern concern, string text) =>
        driver.One(new ShardOperation { Kind = OperationKind.Set, Concern = (byte)((int)concern + 1) }, "a"u8, Encoding.UTF8.GetBytes(text));

    private static string TextOf(HostDriver driver) => Encoding.UTF8.GetString(driver.ValueOf(0));
}
