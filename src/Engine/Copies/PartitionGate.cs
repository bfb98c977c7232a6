using System.Runtime.InteropServices;

namespace Orleans.Cache.Engine.Copies;

/// <summary>
/// What readers look at of a copy, without its lock. Written under that lock; a line of the processor's cache to itself, because every write
/// of a followed partition changes it.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct PartitionGate
{
    /// <summary>
    /// Until when, by the clock's timestamps, this silo may answer what it has executed before; <see cref="long.MinValue"/>: it may not. It is
    /// lowered before anything leaves the silo that lets another serve.
    /// </summary>
    public long ServesUntil;

    /// <summary>The epoch that it serves under.</summary>
    public long Epoch;

    /// <summary>Writes that the shard may show and that are not committed: counted before the shard is written.</summary>
    public long Uncommitted;

    /// <summary>Since when this silo owns the partition under <see cref="Epoch"/>.</summary>
    public long ServedSince;
}
