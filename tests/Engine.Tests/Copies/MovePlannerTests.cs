using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Tests.Copies;

/// <summary>Which partitions of a silo move at a time. This silo is number 0.</summary>
public sealed class MovePlannerTests
{
    private const int Partitions = 6;

    private readonly CopyStatus[] _statuses = new CopyStatus[Partitions];
    private readonly WantedCopies[] _wanted = new WantedCopies[Partitions];
    private readonly Dictionary<int, WantedCopies> _told = [];
    private readonly HashSet<int> _empty = [];
    private readonly HashSet<int> _slow = [];
    private readonly MovePlanner _planner = new(node: 0, Partitions, limit: 2);

    public MovePlannerTests()
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            Hold(partition, 0, 1);
            Want(partition, 0, 1);
        }
    }

    [Fact]
    public void Plan_OfWhatIsAsItShouldBe_TellsItOnce()
    {
        Plan();
        Assert.Equal(Partitions, _told.Count);
        _told.Clear();

        Plan();

        Assert.Empty(_told);
        Assert.Equal((0, 0), (_planner.InProgress, _planner.Waiting));
    }

    [Fact]
    public void Plan_WhileNoneMayBegin_LeavesThoseThatHaveBegun()
    {
        WantAll(2, 1);
        Plan();

        Hold(0, 2, 1);
        Plan(mayBegin: false);

        Assert.Equal((1, 4), (_planner.InProgress, _planner.Waiting));
        Assert.Equal([0, 1], MovingTo(2));
    }

    [Fact]
    public void Plan_OfManyMoves_AdmitsAsManyAsMayBe_AndTheOthersKeepWhatTheyHave()
    {
        WantAll(2, 1);

        Plan();

        Assert.Equal((2, 4), (_planner.InProgress, _planner.Waiting));
        Assert.Equal([0, 1], MovingTo(2));
        Assert.All(Enumerable.Range(2, 4), partition => Assert.Equal((0, "0,1"), (_told[partition].Owner, string.Join(',', _told[partition].Nodes))));
    }

    [Fact]
    public void Plan_WhenOneHasMoved_AdmitsTheNext_AndPutsNoneOff()
    {
        WantAll(2, 1);
        Plan();
        _told.Clear();

        Hold(0, 2, 1);
        Plan();

        Assert.Equal((2, 3), (_planner.InProgress, _planner.Waiting));
        Assert.Equal([2], MovingTo(2));
        _told.Clear();
        Hold(5, 0);
        Plan();
        Assert.Empty(MovingTo(2));
    }

    [Fact]
    public void WhoWaits_IsTold_WithoutAGap_WhilePlansAreMade()
    {
        WantAll(2, 1);
        Plan();
        var seen = new List<(int InProgress, int Waiting, bool IsWaiting)>();

        Hold(0, 2, 1);
        Plan(told: _ => seen.Add((_planner.InProgress, _planner.Waiting, _planner.IsWaiting(5))));

        Assert.NotEmpty(seen);
        Assert.All(seen, static look => Assert.Equal((2, 4, true), look));
        Assert.False(_planner.IsWaiting(2));
        Assert.True(_planner.IsWaiting(5));
    }

    [Fact]
    public void Plan_AdmitsFirstWhatHasTheFewestCopies()
    {
        WantAll(2, 1);
        Hold(4, 0);
        Hold(5, 0);

        Plan();

        Assert.Equal([4, 5], MovingTo(2));
    }

    [Fact]
    public void Plan_OfPartitionsWithoutEntries_NeedsNoPlace()
    {
        WantAll(2, 1);
        _empty.UnionWith([1, 3, 5]);

        Plan();

        Assert.Equal((2, 1), (_planner.InProgress, _planner.Waiting));
        Assert.Equal([0, 1, 2, 3, 5], MovingTo(2));
    }

    [Fact]
    public void Plan_LeavingACopyOut_OrOfASiloThatDoesNotOwn_NeedsNoPlace()
    {
        WantAll(0, 1);
        Hold(0, 0, 1, 2);
        _statuses[1] = new CopyStatus(CopyRole.Replica, IsServing: false, Of(1, 0));
        Want(1, 2, 1);
        _statuses[2] = default(CopyStatus) with { Configuration = Configuration.None };
        Want(2, 0, 2);

        Plan();

        Assert.Equal((0, 0), (_planner.InProgress, _planner.Waiting));
        Assert.Equal((2, 0), (_told[1].Owner, _told[2].Owner));
    }

    [Fact]
    public void Plan_OfWhatGoesToASlowSilo_WaitsAndLeavesThePlacesToOthers()
    {
        _slow.Add(2);
        WantAll(2, 1);
        Want(4, 0, 3);
        Want(5, 3, 1);

        Plan();

        Assert.Equal((2, 4), (_planner.InProgress, _planner.Waiting));
        Assert.Equal(("0,3", "3,1"), (Told(4), Told(5)));
        Assert.All(Enumerable.Range(0, 4), partition => Assert.Equal("0,1", Told(partition)));

        _slow.Clear();
        Hold(4, 0, 3);
        Hold(5, 3, 1);
        Plan();

        Assert.Equal([0, 1], MovingTo(2));
    }

    [Fact]
    public void Plan_OfPartitionsWithoutEntries_WaitsForASlowSiloWhileOthersHaveSome()
    {
        _slow.Add(2);
        WantAll(2, 1);
        _empty.UnionWith([1, 3, 5]);

        Plan();

        Assert.Empty(MovingTo(2));
        Assert.All(Enumerable.Range(0, Partitions), partition => Assert.Equal("0,1", Told(partition)));

        _empty.UnionWith([0, 2, 4]);
        Plan();

        Assert.Equal([0, 1, 2, 3, 4, 5], MovingTo(2));
    }

    [Fact]
    public void Plan_WhenTheSiloThatShallOwnBecomesSlow_KeepsThePartitionUntilItIsNotAnyMore()
    {
        WantAll(2, 1);
        Plan();

        _slow.Add(2);
        Hold(0, 0, 1, 2);
        Plan();

        Assert.Equal(("0,2,1", "0,2,1"), (Told(0), Told(1)));
        Assert.Equal((2, 4), (_planner.InProgress, _planner.Waiting));

        _slow.Clear();
        Plan();

        Assert.Equal(("2,1", "2,1"), (Told(0), Told(1)));
    }

    [Fact]
    public void Plan_WhenASiloThatHasAllItShallHaveIsSlow_IsAsEver()
    {
        _slow.Add(1);

        WantAll(2, 1);
        Plan();

        Assert.Equal([0, 1], MovingTo(2));
    }

    private static Configuration Of(params int[] nodes) => new()
    {
        Version = 1,
        Epoch = 1,
        Owner = new CopyId(nodes[0], 1),
        InSync = [.. nodes.Select(static node => new CopyId(node, 1))],
        Losses = 0,
        StartsEmpty = false,
    };

    /// <summary>The copies of a partition that are in sync, the owner's first.</summary>
    private void Hold(int partition, params int[] nodes) =>
        _statuses[partition] = new CopyStatus(nodes[0] == 0 ? CopyRole.Owner : CopyRole.Replica, IsServing: nodes[0] == 0, Of(nodes));

    private void Want(int partition, params int[] nodes) => _wanted[partition] = new WantedCopies(nodes[0], nodes);

    private void WantAll(params int[] nodes)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            Want(partition, nodes);
        }
    }

    private string Told(int partition) => string.Join(',', _told[partition].Nodes);

    private IEnumerable<int> MovingTo(int owner) => _told.Where(told => told.Value.Owner == owner).Select(static told => told.Key).Order();

    private void Plan(bool mayBegin = true, Action<int>? told = null) => _planner.Plan(
        _wanted,
        partition => _statuses[partition],
        _empty.Contains,
        node => !_slow.Contains(node),
        (partition, wanted) =>
        {
            _told[partition] = wanted;
            told?.Invoke(partition);
        },
        mayBegin);
}
