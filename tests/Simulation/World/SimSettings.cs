using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Simulation.World;

/// <summary>The size of a simulated grid and its times, drawn from the seed. Times in microseconds.</summary>
internal sealed class SimSettings
{
    public const int Keys = 10;
    public const int Millisecond = 1000;

    public required int Nodes { get; init; }

    public required int Partitions { get; init; }

    public required int Clients { get; init; }

    /// <summary>How long clients and faults are at work; what follows is the grid's to recover.</summary>
    public required long Busy { get; init; }

    /// <summary>How many faults begin in that time.</summary>
    public required int Faults { get; init; }

    /// <summary>Whether the network may deliver a client's request twice. Then a refusal says nothing about the other one.</summary>
    public required bool DoublesRequests { get; init; }

    /// <summary>By how much in a thousand the clocks of nodes run off, at most.</summary>
    public required int ClockDriftPerMille { get; init; }

    /// <summary>After how long a silence the authority's membership takes a node for dead.</summary>
    public long EvictTicks => 3000 * Millisecond;

    /// <summary>Time to recover, before everything must be well again.</summary>
    public long Recovery => 7000 * Millisecond;

    public long TickTicks => 40 * Millisecond;

    public required ReplicationSettings Replication { get; init; }

    /// <summary>How old, in true time, what a replica answers may be.</summary>
    public long StalenessBound => (Replication.StalenessTicks * 1000 / (1000 - ClockDriftPerMille)) + 1;

    public static SimSettings From(SimRandom random)
    {
        var nodes = random.Next(3, 6);
        const int drift = 10;
        return new SimSettings
        {
            Nodes = nodes,
            Partitions = random.Next(1, 3),
            Clients = random.Next(3, 6),
            Busy = random.Next(3000, 7000) * Millisecond,
            Faults = random.Next(1, 10),
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
                TailRecords = random.Next(2, 24),
                OperationsKept = random.Next(8, 64),
                MaxUncommitted = random.Next(4, 64),
                BatchRecords = random.Next(1, 8),
                ChunkEntries = random.Next(1, 6),
            },
        };
    }
}
