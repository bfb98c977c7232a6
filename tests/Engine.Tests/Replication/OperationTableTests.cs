using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Tests.Replication;

public sealed class OperationTableTests
{
    [Fact]
    public void Table_Full_ForgetsTheOldestAndSaysSo()
    {
        var table = TableOf(5, capacity: 3);

        Assert.False(table.TryFind(new OperationId(1, 2), out _));
        Assert.True(table.TryFind(new OperationId(1, 3), out var found));
        Assert.Equal(new LogPosition(1, 3), found.Position);
        Assert.Equal((new LogPosition(1, 2), 2), (table.Forgotten, table.ForgottenAt));
    }

    [Fact]
    public void Trim_ForgetsWhatIsTooOld_AndWhenThatWasDone()
    {
        var table = TableOf(3, capacity: 9);
        Assert.Equal(long.MinValue, table.ForgottenAt);

        table.Trim(now: 102);
        Assert.Equal((2, 1, new LogPosition(1, 1)), (table.Count, table.ForgottenAt, table.Forgotten));
        table.Trim(now: 1000);

        Assert.Equal((0, 3), (table.Count, table.ForgottenAt));
        Assert.False(table.TryFind(new OperationId(1, 3), out _));
    }

    [Fact]
    public void ForgetTimes_LeavesNothingToBeToldByThem()
    {
        var (nothingForgotten, full) = (TableOf(2, capacity: 3), TableOf(4, capacity: 3));

        nothingForgotten.ForgetTimes(now: 500);
        full.ForgetTimes(now: 500);

        Assert.Equal((long.MinValue, 500), (nothingForgotten.ForgottenAt, full.ForgottenAt));
        Assert.Equal((2, 3), (nothingForgotten.Count, full.Count));
        Assert.True(full.TryFind(new OperationId(1, 4), out _));
    }

    [Fact]
    public void Load_OfWhatAnotherRemembered_RemembersTheSame()
    {
        var owner = TableOf(5, capacity: 3);
        var replica = new OperationTable(3, long.MaxValue);

        replica.Load(owner.UpTo(new LogPosition(1, 4)), owner.Forgotten, forgottenAt: 50, now: 70);
        Assert.Equal(50, replica.ForgottenAt);
        replica.Add(RecordOf(5), now: 71);
        replica.Add(RecordOf(6), now: 72);
        owner.Add(RecordOf(6), now: 6);

        Assert.Equal(owner.Forgotten, replica.Forgotten);
        Assert.Equal(owner.UpTo(new LogPosition(9, 0)).Select(static entry => entry.Position), replica.UpTo(new LogPosition(9, 0)).Select(static entry => entry.Position));

        // What it has forgotten since it was filled it took note of then, and no earlier.
        Assert.Equal((3, 70), (owner.ForgottenAt, replica.ForgottenAt));
    }

    private static OperationTable TableOf(int operations, int capacity)
    {
        var table = new OperationTable(capacity, keptTicks: 100);
        for (var number = 1; number <= operations; number++)
        {
            table.Add(RecordOf(number), now: number);
        }

        return table;
    }

    private static LogRecord RecordOf(int number) => new() { Position = new LogPosition(1, number), Operation = new OperationId(1, number) };
}
