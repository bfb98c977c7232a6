namespace Orleans.Cache.Client.Near;

/// <summary>A monotonic clock in milliseconds that costs next to nothing to read: every hit of a near cache does. Safe for any number of threads.</summary>
/// <remarks>It may lag a few milliseconds; owners of strict caches wait so much longer (<c>NearLease</c>).</remarks>
internal sealed class NearClock(TimeProvider time)
{
    private readonly TimeProvider? _other = time == TimeProvider.System ? null : time;

    public long Now => _other is null
#pragma warning disable RS0030 // The system's clock, five times as fast as by its provider.
        ? Environment.TickCount64
#pragma warning restore RS0030
        : _other.GetTimestamp() / (_other.TimestampFrequency / 1000);
}
