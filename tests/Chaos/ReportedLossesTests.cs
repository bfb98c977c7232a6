namespace Orleans.Cache.Chaos.Tests;

public sealed class ReportedLossesTests
{
    [Fact]
    public void In_TheOutputOfASilo_FindsThePartitions() => Assert.Equal(
        [3, 17, 900],
        ReportedLosses.In("04:00:00.123 warn: X[1] 2 partitions were lost, all their copies are gone. They begin empty here: 3, 17.\nother: 5, 6\n1 partitions were lost, all their copies are gone. They begin empty here: 900.").Order());

    [Fact]
    public void In_OtherOutput_FindsNone() => Assert.Empty(ReportedLosses.In("This silo has become owner of 2 partitions that it had replicas of: 3, 17."));
}
