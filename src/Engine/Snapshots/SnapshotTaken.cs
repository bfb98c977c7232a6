using Orleans.Cache.Engine.Copies;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>A snapshot that was written.</summary>
/// <param name="Of">Where the copy stood when the scan began.</param>
/// <param name="WrittenAt">See <see cref="SnapshotPoint"/>.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Entries">How many entries it has.</param>
/// <param name="HasSliding">Whether reads renew the time of some of them; those leave no other trace.</param>
internal sealed record SnapshotTaken(CopyPoint Of, long WrittenAt, long Bytes, long Entries, bool HasSliding)
{
    /// <summary>Whether a snapshot of the copy as it stands now would have nothing that this one does not have.</summary>
    public bool IsAsNewAs(in CopyPoint now) => !HasSliding && now.IsSameAs(Of) && now.Committed == Of.Committed;
}
