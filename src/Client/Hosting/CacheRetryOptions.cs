namespace Orleans.Cache;

/// <summary>How calls are sent again.</summary>
/// <remarks>
/// Only what does no harm when it is done twice is sent again after no answer came: reads, removals, touches and sets without a condition. What
/// a silo answers as moved was not done, and is sent again in any case.
/// </remarks>
public sealed class CacheRetryOptions
{
    /// <summary>How long a call waits before it is sent again when the grid is changing.</summary>
    /// <value>1 ms to 1 second. Default: 10 ms.</value>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How many calls may be sent again after no answer came, as a share of the calls that were answered.</summary>
    /// <value>0 to 1. Default: 0.1.</value>
    public double BudgetRatio { get; set; } = 0.1;

    /// <summary>How many calls may be sent again at once, before the share counts: as many as are under way when a silo is lost.</summary>
    /// <value>0 to 1,000,000; with 0, and so with no budget at all, none is. Default: 10,000.</value>
    public int BudgetBurst { get; set; } = 10_000;

    /// <summary>
    /// How long a read of one key waits before it is sent a second time, another way; the first answer counts. It takes from the budget like a
    /// retry. Set it to some three times the slowest hundredth of your reads.
    /// </summary>
    /// <value>1 ms to 1 minute. Default: <see langword="null"/>: reads are sent once.</value>
    public TimeSpan? HedgeReadsAfter { get; set; }
}
