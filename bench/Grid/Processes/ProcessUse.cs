namespace Orleans.Cache.GridBench.Processes;

/// <summary>What processes have used since they started, or between two times.</summary>
/// <param name="AllocatedBytes">The managed bytes that they allocated.</param>
/// <param name="Processor">Their processor time, user and system.</param>
internal readonly record struct ProcessUse(long AllocatedBytes, TimeSpan Processor)
{
    /// <summary>What this process has used.</summary>
    public static ProcessUse OfThisProcess() => new(GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime);

    public static ProcessUse operator +(ProcessUse one, ProcessUse other) =>
        new(one.AllocatedBytes + other.AllocatedBytes, one.Processor + other.Processor);

    public static ProcessUse operator -(ProcessUse later, ProcessUse earlier) =>
        new(later.AllocatedBytes - earlier.AllocatedBytes, later.Processor - earlier.Processor);
}
