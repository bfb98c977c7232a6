namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>Waits for what other processes do. The limit only ends tests that have failed anyway: nothing here measures time.</summary>
internal static class Wait
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Tries until there is no error.</summary>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="attempt">Throws as long as it is not so.</param>
    /// <param name="evidence">Further facts for the message.</param>
    /// <param name="hopeless">Whether it cannot become so any more.</param>
    public static async Task UntilAsync(string what, Func<CancellationToken, Task> attempt, Func<string> evidence, Func<bool>? hopeless = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                await attempt(patience.Token);
                return;
            }
            catch (Exception exception)
            {
                if (patience.IsCancellationRequested || hopeless?.Invoke() == true)
                {
                    throw new TimeoutException($"Waited for this in vain: {what}. {exception.Message}\n{evidence()}", exception);
                }
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }
}
