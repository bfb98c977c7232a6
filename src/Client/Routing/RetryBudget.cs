namespace Orleans.Cache.Client.Routing;

/// <summary>
/// How many calls may be sent again because no answer came: a share of those that were answered, and a burst. Without it a grid that is slow
/// would be sent every call twice. Safe for any number of threads.
/// </summary>
/// <remarks>A token bucket filled by success, as in gRPC's retry throttling (gRFC A6).</remarks>
internal sealed class RetryBudget
{
    private const long Token = 1_000;

    private readonly long _perAnswer;
    private readonly long _most;
    private long _tokens;

    public RetryBudget(CacheRetryOptions options)
    {
        _perAnswer = (long)(options.BudgetRatio * Token);
        _most = options.BudgetBurst * Token;
        _tokens = _most;
    }

    /// <summary>Called when calls were answered.</summary>
    public void OnAnswered(int calls)
    {
        // Reading first keeps the line in every processor's cache while the budget is full, as it nearly always is.
        if (Volatile.Read(ref _tokens) is var tokens && tokens < _most)
        {
            Interlocked.Add(ref _tokens, Math.Min(calls * _perAnswer, _most - tokens));
        }
    }

    /// <summary>Takes what one more try costs.</summary>
    /// <returns><see langword="false"/> when there is not enough.</returns>
    public bool TrySpend()
    {
        if (Interlocked.Add(ref _tokens, -Token) >= 0)
        {
            return true;
        }

        Interlocked.Add(ref _tokens, Token);
        return false;
    }
}
