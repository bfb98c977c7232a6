namespace Orleans.Cache.Engine.Replication;

/// <summary>
/// What the authority has recorded of one partition: who owns it, under which epoch, and which copies are in sync. Immutable.
/// </summary>
/// <remarks>
/// The copies in sync hold every record that was acknowledged by more than the owner; so each of them may become owner, and nobody else.
/// </remarks>
internal sealed class Configuration
{
    /// <summary>What stands before the first owner.</summary>
    public static readonly Configuration None = new() { Version = 0, Epoch = 0, Owner = CopyId.None, InSync = [], Losses = 0, StartsEmpty = false };

    /// <summary>Rises by one with every change.</summary>
    public required long Version { get; init; }

    /// <summary>Rises by one with every change of owner.</summary>
    public required long Epoch { get; init; }

    public required CopyId Owner { get; init; }

    /// <summary>The owner and the replicas in sync. Not changed after construction.</summary>
    public required CopyId[] InSync { get; init; }

    /// <summary>How many times all copies in sync were lost, and with them what the partition held.</summary>
    public required int Losses { get; init; }

    /// <summary>Whether the epoch began without entries: the partition was new, or lost.</summary>
    public required bool StartsEmpty { get; init; }

    public bool Contains(CopyId copy) => Array.IndexOf(InSync, copy) >= 0;

    /// <summary>The configuration after a change of the copies in sync, under the same owner and epoch.</summary>
    public Configuration WithInSync(CopyId[] inSync) => new()
    {
        Version = Version + 1,
        Epoch = Epoch,
        Owner = Owner,
        InSync = inSync,
        Losses = Losses,
        StartsEmpty = StartsEmpty,
    };

    /// <summary>The configuration after a change of owner to a copy in sync.</summary>
    public Configuration WithOwner(CopyId owner, CopyId[] inSync) => new()
    {
        Version = Version + 1,
        Epoch = Epoch + 1,
        Owner = owner,
        InSync = inSync,
        Losses = Losses,
        StartsEmpty = false,
    };

    /// <summary>The configuration that a copy without entries begins, when there is no owner yet or all copies in sync are lost.</summary>
    /// <param name="owner">The copy.</param>
    /// <param name="firstEpoch">The epoch if there was none: what callers remember of an earlier grid must not be above it.</param>
    public Configuration Emptied(CopyId owner, long firstEpoch = 1) => new()
    {
        Version = Version + 1,
        Epoch = Version == 0 ? firstEpoch : Epoch + 1,
        Owner = owner,
        InSync = [owner],
        Losses = Version == 0 ? 0 : Losses + 1,
        StartsEmpty = true,
    };

    /// <summary>The configuration when every copy in sync has ended in order: there is none, and nobody has tenure.</summary>
    public Configuration Ended() => new()
    {
        Version = Version + 1,
        Epoch = Epoch,
        Owner = CopyId.None,
        InSync = [],
        Losses = Losses,
        StartsEmpty = StartsEmpty,
    };

    /// <summary>Whether two configurations say the same, the version included.</summary>
    public bool Equals(Configuration other) =>
        Version == other.Version && Epoch == other.Epoch && Owner == other.Owner && Losses == other.Losses
        && StartsEmpty == other.StartsEmpty && InSync.AsSpan().SequenceEqual(other.InSync);

    public override bool Equals(object? obj) => obj is Configuration other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Version, Epoch, Owner);

    public override string ToString() => $"v{Version} e{Epoch} owner {Owner} in sync [{string.Join(' ', InSync)}]{(StartsEmpty ? " from empty" : "")}";
}
