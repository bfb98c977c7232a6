using System.Diagnostics;

namespace Orleans.Cache.Client.Connections;

/// <summary>
/// Who receives on a connection: one thread at a time. It also lets callers go on, which spares them a trip through the thread pool, but callers may
/// block, or take long. Then another thread receives instead, and callers go on in the pool for a while.
/// </summary>
/// <remarks>
/// Leader/followers (Schmidt et al., "Leader/Followers", PLoP 2000), but for followers: they are made when the leader does not come back. The
/// receiver calls <see cref="MayLeave"/>, <see cref="Leave"/> and <see cref="TryComeBack"/>, any one other thread <see cref="TryTakeOver"/>.
/// </remarks>
internal sealed class ReceiverTurns
{
    /// <summary>Callers that usually take longer than that, together, keep replies waiting that other threads would take.</summary>
    private static readonly long LongTicks = Stopwatch.Frequency / 1_000;

    /// <summary>A turn counts as that at most: with fewer processors than threads any may be interrupted for a few milliseconds.</summary>
    private static readonly long MostTicks = 4 * LongTicks;

    /// <summary>For so long callers go on in the pool, where they usually take long; then it is tried again.</summary>
    private static readonly long RestTicks = Stopwatch.Frequency / 100;

    /// <summary>The same where a caller did not come back; twice as long each time, if it happens again soon.</summary>
    private static readonly long ShortestPenalty = Stopwatch.Frequency / 20;
    private static readonly long LongestPenalty = 10 * Stopwatch.Frequency;

    /// <summary>After a penalty, so many times its length without another clear a receiver.</summary>
    private const int Probation = 10;

    private const int TurnsThatCount = 16;

    private long _turn;
    private long _seen;
    private long _left;
    private long _usual;
    private long _penalty;
    private long _restsUntil = long.MinValue / 2;

    /// <summary>Whether the receiver may let callers go on.</summary>
    /// <param name="now">By <see cref="Stopwatch"/>.</param>
    public bool MayLeave(long now) => now >= _restsUntil;

    /// <summary>The receiver lets callers go on.</summary>
    /// <returns>To be given to <see cref="TryComeBack"/>.</returns>
    public long Leave(long now)
    {
        _left = now;
        return Interlocked.Increment(ref _turn);
    }

    /// <summary>The receiver is through with callers.</summary>
    /// <param name="turn">What <see cref="Leave"/> gave.</param>
    /// <param name="now">By <see cref="Stopwatch"/>.</param>
    /// <returns><see langword="false"/>: another thread receives meanwhile.</returns>
    public bool TryComeBack(long turn, long now)
    {
        if (Interlocked.CompareExchange(ref _turn, turn + 1, turn) != turn)
        {
            return false;
        }

        _usual += (Math.Min(now - _left, MostTicks) - _usual) / TurnsThatCount;
        if (_usual > LongTicks)
        {
            _restsUntil = now + RestTicks;
        }

        return true;
    }

    /// <summary>Takes the receiver's place, if callers have kept it since the last call of this.</summary>
    /// <param name="now">By <see cref="Stopwatch"/>.</param>
    /// <param name="isUsed">Whether the receiver has let callers go on since the last call.</param>
    /// <returns>Whether the place was taken.</returns>
    public bool TryTakeOver(long now, out bool isUsed)
    {
        var turn = Volatile.Read(ref _turn);
        var isLong = turn == _seen && turn % 2 != 0;
        isUsed = turn != _seen || isLong;
        _seen = turn;
        if (!isLong || Interlocked.CompareExchange(ref _turn, turn + 1, turn) != turn)
        {
            return false;
        }

        _penalty = now - _restsUntil > Probation * _penalty ? ShortestPenalty : Math.Min(2 * _penalty, LongestPenalty);
        _restsUntil = now + _penalty;
        return true;
    }
}
