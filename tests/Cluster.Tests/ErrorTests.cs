namespace Orleans.Cache.Cluster.Tests;

/// <summary>What applications see of errors.</summary>
public sealed class ErrorTests
{
    [Fact]
    public async Task Error_ThatAGrainLetsThrough_ReachesItsCallerAsItIs()
    {
        await using var grid = await GridFixture.StartAsync(silos: 1);
        await grid.Grid.GetCache().SetAsync("word", "three"u8.ToArray(), cancellationToken: TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<CacheRequestException>(() => grid.Cluster.Client.GetGrain<ISessionGrain>(1).IncrementAsync("word"));

        Assert.Equal(CacheErrorCode.NotANumber, error.Code);
        Assert.StartsWith("The entry does not hold a whole number.", error.Message, StringComparison.Ordinal);
    }
}
