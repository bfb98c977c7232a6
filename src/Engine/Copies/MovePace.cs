namespace Orleans.Cache.Engine.Copies;

/// <summary>
/// Keeps what a silo sends to fill copies to an average: a bucket that fills with time and may be overdrawn by what is under way already, as a
/// partition that has begun is not held up. For one thread.
/// </summary>
/// <param name="bytesPerSecond">The average; 0 for none.</param>
/// <param name="time">Its monotonic clock is read.</param>
internal sealed class MovePace(long bytesPerSecond, TimeProvider time)
{
    /// <summary>What was not used is forgotten beyond a tenth of a second's worth: silence for a day allows no flood.</summary>
    private const double MostSavedSeconds = 0.1;

    private double _left = bytesPerSecond * MostSavedSeconds;
    private long _sent;
    private long _at = time.GetTimestamp();

    /// <summary>Whether a further partition may begin.</summary>
    /// <param name="sent">The bytes that were sent since the silo started.</param>
    public bool MayBegin(long sent)
    {
        if (bytesPerSecond == 0)
        {
            return true;
        }

        var now = time.GetTimestamp();
        _left = Math.Min(_left + (time.GetElapsedTime(_at, now).TotalSeconds * bytesPerSecond), bytesPerSecond * MostSavedSeconds) - (sent - _sent);
        (_sent, _at) = (sent, now);
        return _left > 0;
    }
}
