namespace Orleans.Cache.Engine.Replication;

/// <summary>Times in the host's ticks, and limits. The same on every copy, but where said.</summary>
internal sealed record ReplicationSettings
{
    /// <summary>How long an owner may serve after it sent what all copies in sync then answered.</summary>
    public required long LeaseTicks { get; init; }

    /// <summary>By how many parts in a thousand any clock may run faster or slower than true time. Safety rests on it.</summary>
    public required int ClockDriftPerMille { get; init; }

    /// <summary>How often an owner speaks to the others when there is nothing to say; a fraction of the lease.</summary>
    public required long BeatTicks { get; init; }

    /// <summary>After how long a silence a replica is proposed to be dropped; below the lease, so that owners outlive their replicas.</summary>
    public required long SuspectTicks { get; init; }

    /// <summary>After how long what was not answered is sent again.</summary>
    public required long ResendTicks { get; init; }

    /// <summary>How long an owner may serve after it asked the authority, which then answered.</summary>
    public required long TenureTicks { get; init; }

    /// <summary>How often the authority is asked.</summary>
    public required long RenewTicks { get; init; }

    /// <summary>How old the state may be that a replica answers from.</summary>
    public required long StalenessTicks { get; init; }

    /// <summary>How long an owner waits for its last writes before a handover is put off.</summary>
    public required long HandoverTicks { get; init; }

    /// <summary>
    /// A handover begins when the copies in sync and the authority answer within so long: until it is over the partition takes no writes, and that takes several
    /// such answers, one after the other. Default: however long they take.
    /// </summary>
    public long HandoverRoundTripTicks { get; init; } = long.MaxValue;

    /// <summary>How long a handover waits for that. Then it begins all the same. Default: not at all.</summary>
    public long HandoverPatienceTicks { get; init; }

    /// <summary>How many copies a partition should have, the owner's included; of these a majority is meant.</summary>
    public required int Copies { get; init; }

    /// <summary>How many committed records are kept for copies that were away for a while.</summary>
    public required int TailRecords { get; init; }

    /// <summary>How many operations with ids are remembered. The same on every copy.</summary>
    public required int OperationsKept { get; init; }

    /// <summary>How long operations with ids are remembered at most, in ticks. Default: until there are too many.</summary>
    public long OperationsKeptTicks { get; init; } = long.MaxValue;

    /// <summary>How many writes may wait for the replicas.</summary>
    public required int MaxUncommitted { get; init; }

    /// <summary>The most records in one message.</summary>
    public required int BatchRecords { get; init; }

    /// <summary>About how many entries are in one chunk of a snapshot.</summary>
    public required int ChunkEntries { get; init; }

    /// <summary>How many bytes of changes of committed records are kept for such copies, at most. Default: 64 KiB.</summary>
    public long TailBytes { get; init; } = 64 << 10;

    /// <summary>With more bytes of changes in the log, writes are refused until replicas have them. Default: 32 MiB.</summary>
    public long MaxLogBytes { get; init; } = 32 << 20;

    /// <summary>A message takes no further record when it has so many bytes of changes. Default: 256 KiB.</summary>
    public int BatchBytes { get; init; } = 256 << 10;

    /// <summary>Whether beats of all copies that share a clock are due together, and so need few packets. Default: yes.</summary>
    public bool BeatsTogether { get; init; } = true;

    /// <summary>
    /// The epoch of a partition that never had an owner. In a grid it follows the clock of the wall, so that a session which was begun in an
    /// earlier grid, whose record is gone, owes nothing to this one. Default: 1.
    /// </summary>
    public Func<long>? FirstEpoch { get; init; }

    /// <summary>How long the other side of a lease must keep its promise, for the lease to be over by any pair of clocks within the drift.</summary>
    public long PromiseTicks => Lengthened(LeaseTicks);

    /// <summary>The same for the authority's side of a tenure.</summary>
    public long TenurePromiseTicks => Lengthened(TenureTicks);

    /// <summary>The latest that a time of the past can be which another clock, within the drift, has measured as this one.</summary>
    /// <param name="time">The time; <see cref="long.MinValue"/> for none, and then that is returned.</param>
    /// <param name="now">What this clock says.</param>
    public long Latest(long time, long now) => time == long.MinValue ? time : now - ((now - time) / (1000 + ClockDriftPerMille) * (1000 - ClockDriftPerMille));

    private long Lengthened(long ticks) => (ticks * (1000 + ClockDriftPerMille) / (1000 - ClockDriftPerMille)) + 1;
}
