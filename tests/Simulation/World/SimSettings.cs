using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Simulation.World;

/// <summary>The size of a simulated grid and its times, drawn from the seed. Times in microseconds.</summary>
internal sealed record SimSettings
{
    public const int Keys = 10;
    public const int Millisecond = 1000;

    /// <summary>
    /// Whether many callers press on few keys of one partition, so that even two owners of a few milliseconds are noticed, and faults are of
    /// the kind that makes two.
    /// </summary>
    public required bool IsFocused { get; init; }

    public required int Nodes { get; init; }

    public required int Partitions { get; init; }

    public required int Clients { get; init; }

    /// <summary>How long clients and faults are at work; what follows is the grid's to recover.</summary>
    public required long Busy { get; init; }

    /// <summary>How many faults begin in that time.</summary>
    public required int Faults { get; init; }

    /// <summary>Whether the network may deliver a client's request twice. Then a refusal says nothing about the other one.</summary>
    public required bool DoublesRequests { get; init; }

    /// <summary>Whether silos know when an operation began, instead of a position of the log from before; drawn with the others.</summary>
    public bool KnowsTimes => Replication.TailRecords % 2 == 1;

    /// <summary>By how much in a thousand the clocks of nodes run off, at most.</summary>
    public required int ClockDriftPerMille { get; init; }

    /// <summary>After how long a silence the authority's membership takes a node for dead.</summary>
    public long EvictTicks => 3000 * Millisecond;

    /// <summary>Time to recover, before everything must be well again.</summary>
    public long Recovery => 7000 * Millisecond;

    /// <summary>The longest time that a client waits between operations.</summary>
    public long ThinkTicks => (IsFocused ? 12 : 60) * Millisecond;

    /// <summary>How often all copies are compared with what their owners believe of them.</summary>
    public long LookTicks => 10 * Millisecond;

    public long TickTicks => 40 * Millisecond;

    public required ReplicationSettings Replication { get; init; }

    /// <summary>How old, in true time, what a replica answers may be.</summary>
    public long StalenessBound => (Replication.StalenessTicks * 1000 / (1000 - ClockDriftPerMille)) + 1;

    public static SimSettings From(SimRandom random)
    {
        var isFocused = random.Chance(400);
        const int drift = 10;
        int tail;
        var settings = new SimSettings
        {
            IsFocused = isFocused,
            Nodes = isFocused ? 3 : random.Next(3, 6),
            Partitions = isFocused ? 1 : random.Next(1, 3),
            Clients = isFocused ? 6 : random.Next(3, 6),
            Busy = random.Next(3000, isFocused ? 4000 : 7000) * Millisecond,
            Faults = random.Next(1, isFocused ? 7 : 10),
            DoublesRequests = random.Chance(500),
            ClockDriftPerMille = drift,
            Replication = new ReplicationSettings
            {
                LeaseTicks = 400 * Millisecond,
                ClockDriftPerMille = drift,
                BeatTicks = 80 * Millisecond,
                SuspectTicks = 250 * Millisecond,
                ResendTicks = 60 * Millisecond,
                TenureTicks = 1500 * Millisecond,
                RenewTicks = 300 * Millisecond,
                StalenessTicks = 500 * Millisecond,
                HandoverTicks = 300 * Millisecond,
                Copies = random.Chance(550) ? 2 : random.Chance(900) ? 3 : 1,
                TailRecords = tail = random.Next(2, 24),
                OperationsKept = random.Next(8, 64),
                MaxUncommitted = random.Next(4, 64),
                BatchRecords = random.Next(1, 8),
                ChunkEntries = random.Next(1, 6),

                // Not drawn by itself: what seeds had shown before stays as it was.
                BeatsTogether = tail % 4 == 3,
                HandoverRoundTripTicks = tail % 2 == 0 ? 5 * Millisecond : long.MaxValue,
                HandoverPatienceTicks = 200 * Millisecond,
            },
        };
        return settings.Replication.OperationsKept % 3 < 2
            ? settings
            : settings with { Replication = settings.Replication with { OperationsKeptTicks = 300 * Millisecond } };
    }
}
