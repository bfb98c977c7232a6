using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Replication;

namespace Orleans.Cache.Cluster.Tests.Replication;

public sealed class AuthorityQueueTests
{
    [Fact]
    public void Questions_OfOneCopy_AreTheNewestOnly() =>
        Assert.Equal([(7, 2)], Take((7, SomeMessages.Request(sentAt: 1)), (7, SomeMessages.Request(sentAt: 2))));

    [Fact]
    public void Proposal_WithALaterQuestion_IsAskedBesideIt() => Assert.Equal(
        [(7, 1), (7, 3)],
        Take((7, SomeMessages.Request(1, SomeMessages.Configuration())), (7, SomeMessages.Request(2)), (7, SomeMessages.Request(3))));

    [Fact]
    public void Proposal_AfterAQuestionOrAnotherProposal_TakesItsPlace() => Assert.Equal(
        [(7, 3)],
        Take((7, SomeMessages.Request(1)), (7, SomeMessages.Request(2, SomeMessages.Configuration())), (7, SomeMessages.Request(3, SomeMessages.Configuration()))));

    [Fact]
    public void Copies_OfOtherPartitionsOrIncarnations_AskBeside() => Assert.Equal(
        [(7, 1), (7, 3), (8, 2)],
        Take((7, SomeMessages.Request(1)), (8, SomeMessages.Request(2)), (7, SomeMessages.Request(3, node: 2))));

    private static (int, long)[] Take(params (int Partition, AuthorityRequest Request)[] requests)
    {
        var queue = new AuthorityQueue();
        foreach (var (partition, request) in requests)
        {
            queue.Add(partition, request);
        }

        var taken = new List<(int Partition, AuthorityRequest Request)>();
        queue.Take(taken);
        Assert.Equal(0, queue.Count);
        return [.. taken.Select(item => (item.Partition, item.Request.SentAt)).OrderBy(item => item)];
    }
}
