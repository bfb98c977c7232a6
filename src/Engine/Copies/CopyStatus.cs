using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Copies;

/// <summary>What this silo's copy of a partition is at one moment.</summary>
/// <param name="Role">Its role by the newest configuration that it knows; <see cref="CopyRole.Idle"/> also where there is no copy.</param>
/// <param name="IsServing">Whether it is owner and answers.</param>
/// <param name="Configuration">The newest recorded configuration that it knows; <see cref="Configuration.None"/> where there is no copy.</param>
/// <param name="IsFilling">Whether it is an owner that began empty, and is being filled from a snapshot file.</param>
internal readonly record struct CopyStatus(CopyRole Role, bool IsServing, Configuration Configuration, bool IsFilling = false);
