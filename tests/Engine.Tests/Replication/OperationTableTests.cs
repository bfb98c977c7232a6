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
        Assert.Equal(new LogPosition(1, 2), table.Forgotten);
    }

    [Fact]
    public void Load_OfWhatAnotherRemembered_RemembersTheSame()
    {
        var owner = TableOf(5, capacity: 3);
        var replica = new OperationTable(3);

        replica.Load(owner.UpTo(new LogPosition(1, 4)), owner.Forgotten);
        replica.Add(RecordOf(5));
        replica.Add(RecordOf(6));
        owner.Add(RecordOf(6));

        Assert.Equal(owner.Forgotten, replica.Forgotten);
        Assert.Equal(owner.UpTo(new LogPosition(9, 0)), replica.UpTo(new LogPosition(9, 0)));
    }

    private static OperationTable TableOf(int operations, int capacity)
    {
        var table = new OperationTable(capacity);
        for (var number = 1; number <= operations; number++)
        {
            table.Add(RecordOf(number));
        }

        return table;
    }

    private static LogRecord RecordOf(int number) => new() { Position = new LogPosition(1, number), Operation = new OperationId(1, number) };
}
