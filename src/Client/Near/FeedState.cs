namespace Orleans.Cache.Client.Near;

/// <summary>How far the word of one silo's feed reaches.</summary>
internal sealed class FeedState
{
    private long _verifiedAt = long.MinValue / 2;

    /// <summary>
    /// All that was acknowledged on the silo before this has been taken note of, in milliseconds of the <see cref="NearClock"/>: when the
    /// question left to which the last answer came.
    /// </summary>
    public long VerifiedAt
    {
        get => Volatile.Read(ref _verifiedAt);
        set => Volatile.Write(ref _verifiedAt, value);
    }
}
