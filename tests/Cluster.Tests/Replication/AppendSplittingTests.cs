using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Cluster.Tests.Replication;

public sealed class AppendSplittingTests
{
    [Fact]
    public void Split_OfManyRecords_MakesPartsThatJoin()
    {
        var append = SomeMessages.Append(to: 2, previous: 10, [.. Enumerable.Range(0, 100).Select(number => new byte[number * 10])]);

        var parts = AppendSplitting.Split(append, mostBytes: 3000).ToArray();

        Assert.All(parts, part => Assert.True(WireSizes.MostOf(part) <= 3000));
        Assert.InRange(parts.Length, 10, 50);
        Assert.Equal(append.Records.Select(record => record.Position), parts.SelectMany(part => part.Records).Select(record => record.Position));
        var previous = append.Previous;
        foreach (var part in parts)
        {
            Assert.Equal(previous, part.Previous);
            Assert.Equal((append.From, append.To, append.Epoch, append.Commit, append.SentAt, append.Echo), (part.From, part.To, part.Epoch, part.Commit, part.SentAt, part.Echo));
            Assert.Same(append.Configuration, part.Configuration);
            previous = part.Records[^1].Position;
        }
    }

    [Fact]
    public void Split_OfARecordLargerThanAll_LeavesItAlone()
    {
        var append = SomeMessages.Append(to: 2, previous: 10, [1], new byte[5000], [2]);

        var parts = AppendSplitting.Split(append, mostBytes: 3000);

        Assert.Equal([1, 1, 1], parts.Select(part => part.Records.Length));
    }
}
