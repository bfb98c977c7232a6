using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Copies;

/// <summary>Where a copy stands at one moment.</summary>
/// <param name="Copy">Its name; another one when it has dropped what it held.</param>
/// <param name="Status">Its role and configuration.</param>
/// <param name="Committed">Up to where all is committed that its store has.</param>
internal readonly record struct CopyPoint(CopyId Copy, CopyStatus Status, LogPosition Committed)
{
    /// <summary>Whether the copy has all that its partition should have: it is owner and filled, or a replica in sync.</summary>
    public bool IsWhole => Status.Role != CopyRole.Idle && !Status.IsFilling;

    /// <summary>Whether the copy has been whole, and the same, since an earlier moment.</summary>
    public bool IsSameAs(in CopyPoint earlier) => IsWhole && Copy == earlier.Copy && Status.Configuration.Epoch == earlier.Status.Configuration.Epoch;
}
