namespace Orleans.Cache.Grains.Hosting;

/// <summary>
/// Work that goes on from one stage of the silo's start until the silo stops, on the thread pool. Part of the silo's life and not a hosted service:
/// those stop first.
/// </summary>
/// <param name="stage">The <see cref="ServiceLifecycleStage"/>.</param>
internal abstract class SiloLoop(int stage) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _run = Task.CompletedTask;

    public virtual void Participate(ISiloLifecycle observer) => observer.Subscribe(
        GetType().Name,
        stage,
        _ =>
        {
            _run = RunUntilStoppedAsync();
            return Task.CompletedTask;
        },
        _ => EndAsync());

    public virtual void Dispose() => _stopping.Dispose();

    /// <summary>The work, until it is cancelled.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Ends the work, and waits until it has ended. The silo does so too when it stops.</summary>
    protected async Task EndAsync()
    {
        await _stopping.CancelAsync();
        await _run;
    }

    private async Task RunUntilStoppedAsync()
    {
        // Away from the silo's start.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await RunAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
    }
}
