using System.Runtime.CompilerServices;

namespace Orleans.Cache.TestKit;

/// <summary>
/// Waits for what nobody signals, by looking again and again. The limit only ends tests that have failed anyway, and says what they waited for:
/// nothing here measures time.
/// </summary>
public static class Poll
{
    /// <summary>Longer than anything takes on a machine that does other things as well.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until something is so.</summary>
    /// <exception cref="TimeoutException">It did not come to be so.</exception>
    public static Task UntilAsync(Func<bool> isSo, [CallerArgumentExpression(nameof(isSo))] string what = "") =>
        ForAsync(() => Task.FromResult(isSo()), static so => so, what);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string)"/>
    public static Task UntilAsync(Func<Task<bool>> isSo, [CallerArgumentExpression(nameof(isSo))] string what = "") => ForAsync(isSo, static so => so, what);

    /// <summary>Looks until what is seen is as wanted.</summary>
    /// <returns>What was seen then.</returns>
    /// <exception cref="TimeoutException">It did not come to be so.</exception>
    public static async Task<T> ForAsync<T>(Func<Task<T>> look, Func<T, bool> isWanted, [CallerArgumentExpression(nameof(isWanted))] string what = "")
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (isWanted(seen))
            {
                return seen;
            }

            if (TimeProvider.System.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException($"Waited for this in vain: {what}. Seen last: {seen}");
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }
}
