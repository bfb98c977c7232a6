namespace Orleans.Cache.Grains.Replication;

/// <summary>
/// Whether another silo takes packets in good time. One that does not, such as a silo that has just started and still compiles what it runs for the
/// first time, would lose the leases of what it is made owner of, and holds up those whose replicas it has. Not thread-safe: the link's lock is around it.
/// </summary>
/// <param name="time">Measures.</param>
/// <param name="slowest">How long a packet may take.</param>
internal sealed class Promptness(TimeProvider time, TimeSpan slowest)
{
    /// <summary>For how long every packet must have been taken in time; so long nothing is known of a silo that has just come.</summary>
    public static readonly TimeSpan Probation = TimeSpan.FromSeconds(1);

    /// <summary>After so long of being late a silo counts as prompt all the same: then it is no matter of a moment, and waiting longer does not help.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private long _lateAt = time.GetTimestamp();
    private long _lateSince = time.GetTimestamp();
    private long? _sentAt;

    /// <summary>Whether it is prompt, or will not be.</summary>
    public bool IsPrompt => !IsLate || time.GetElapsedTime(_lateSince) >= Patience;

    /// <summary>Whether one more packet would tell something.</summary>
    public bool IsInDoubt => IsLate && _sentAt is null;

    private bool IsLate => time.GetElapsedTime(_lateAt) < Probation || IsOverdue;

    private bool IsOverdue => _sentAt is { } sentAt && time.GetElapsedTime(sentAt) > slowest;

    /// <summary>A packet leaves.</summary>
    public void OnSent() => _sentAt = time.GetTimestamp();

    /// <summary>The packet was taken.</summary>
    public void OnTaken()
    {
        if (IsOverdue)
        {
            OnFailed();
        }

        _sentAt = null;
    }

    /// <summary>The packet was not taken.</summary>
    public void OnFailed()
    {
        var wasLate = time.GetElapsedTime(_lateAt) < Probation;
        _lateAt = time.GetTimestamp();
        _lateSince = wasLate ? _lateSince : _lateAt;
        _sentAt = null;
    }
}
