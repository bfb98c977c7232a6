using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Tests.Replication;

public sealed class RecordLogTests
{
    [Fact]
    public void Append_BeyondTheFirstRing_KeepsAllRecords()
    {
        var log = LogOf(100);

        Assert.Equal(100, log.Count);
        Assert.All(Enumerable.Range(1, 100), sequence => Assert.Equal(new LogPosition(1, sequence), log.PositionAt(sequence)));
    }

    [Fact]
    public void Append_NotTheNext_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => LogOf(3).Append(new LogRecord { Position = new LogPosition(1, 5) }));

    [Fact]
    public void CutAfter_ThenAppend_GoesAnotherWay()
    {
        var log = LogOf(20);

        log.CutAfter(17);
        log.Append(new LogRecord { Position = new LogPosition(2, 18) });

        Assert.Equal(new LogPosition(2, 18), log.Last);
        Assert.False(log.Reaches(19));
    }

    [Fact]
    public void ForgetUpTo_KeepsThePositionBefore()
    {
        var log = LogOf(20);

        log.ForgetUpTo(12);
        log.ForgetUpTo(5);

        Assert.Equal(new LogPosition(1, 12), log.Base);
        Assert.Equal(8, log.Count);
        Assert.True(log.Reaches(12));
        Assert.False(log.Reaches(11));
    }

    private static RecordLog LogOf(int records)
    {
        var log = new RecordLog();
        for (var sequence = 1; sequence <= records; sequence++)
        {
            log.Append(new LogRecord { Position = new LogPosition(1, sequence) });
        }

        return log;
    }
}
