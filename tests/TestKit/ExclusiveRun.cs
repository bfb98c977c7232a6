using Xunit;

namespace Orleans.Cache.TestKit;

/// <summary>
/// Lets one test project run at a time. A test run over the solution starts all projects at once; where silos of one project wait for a
/// processor that another keeps busy, they are taken for dead. An assembly fixture: <c>[assembly: AssemblyFixture(typeof(ExclusiveRun))]</c>.
/// </summary>
public sealed class ExclusiveRun : IAsyncLifetime
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private FileStream? _lock;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), "orleans-cache-tests.lock");
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                // Held by the process: gone with it, however it ends.
                _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return;
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(RetryDelay, TimeProvider.System);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lock?.DisposeAsync() ?? ValueTask.CompletedTask;
}
