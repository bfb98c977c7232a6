namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>Tests of a grid that runs: it is whole when a test starts, and what the silos wrote is with a test that failed.</summary>
public abstract class GridTests(GridOfSilos grid) : IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await grid.EnsureAllRunAsync();

    public ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(grid.Transcript);
        }

        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
