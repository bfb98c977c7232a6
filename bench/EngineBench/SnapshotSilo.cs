using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.EngineBench;

/// <summary>A silo that owns all partitions alone, with its authority in the same thread.</summary>
internal sealed class SnapshotSilo : ICopyNetwork, IPartitionFiller, IDisposable
{
    private readonly ConfigurationAuthority[] _authorities;
    private readonly Queue<(int Partition, AuthorityRequest Request)> _queue = new();

    /// <summary>Makes it, and waits until it serves all partitions, or is to fill them all.</summary>
    public SnapshotSilo(int partitions, long budget, bool isFilled = false)
    {
        var settings = Settings();
        _authorities = [.. Enumerable.Range(0, partitions).Select(_ => new ConfigurationAuthority(settings))];
        Shards = TestHosts.Create(TimeProvider.System, new Dictionary<string, CacheOptions> { ["cache"] = new() }, partitions, budget, isOpen: false);
        Copies = new PartitionCopies(Shards, settings, this, TimeProvider.System) { Filler = isFilled ? this : null };
        Copies.Start(1, run: 1);
        for (var partition = 0; partition < partitions; partition++)
        {
            Copies.Want(partition, new WantedCopies(1, [1]));
        }

        while (isFilled ? Begun.Count < partitions : !Enumerable.Range(0, partitions).All(partition => Copies.StatusOf(partition).IsServing))
        {
            Beat();
            Thread.Sleep(5);
        }
    }

    public ShardHost Shards { get; }

    public PartitionCopies Copies { get; }

    /// <summary>The partitions that are to be filled.</summary>
    public List<(int Partition, long Epoch)> Begun { get; } = [];

    /// <summary>Does what is due. Nobody else may use the silo meanwhile.</summary>
    public void Beat()
    {
        Copies.Tick();
        while (_queue.TryDequeue(out var next))
        {
            Copies.Take(next.Partition, _authorities[next.Partition].Handle(next.Request, TimeProvider.System.GetTimestamp(), static _ => false));
        }
    }

    public void Begin(int partition, long epoch) => Begun.Add((partition, epoch));

    public void Send(int partition, PeerMessage message)
    {
    }

    public void Ask(int partition, AuthorityRequest request) => _queue.Enqueue((partition, request));

    public void Report(int partition, ReplicationEvent what)
    {
    }

    public void TakenOver(int partition, long pausedTicks)
    {
    }

    public void Flush()
    {
    }

    public void Dispose()
    {
        Copies.Dispose();
        Shards.Dispose();
    }

    private static ReplicationSettings Settings()
    {
        static long Ticks(int milliseconds) => milliseconds * TimeProvider.System.TimestampFrequency / 1000;
        return new ReplicationSettings
        {
            // Long: between two beats nothing but what is measured happens.
            LeaseTicks = Ticks(500),
            ClockDriftPerMille = 10,
            BeatTicks = Ticks(100),
            SuspectTicks = Ticks(300),
            ResendTicks = Ticks(100),
            TenureTicks = Ticks(300_000),
            RenewTicks = Ticks(100),
            StalenessTicks = Ticks(1000),
            HandoverTicks = Ticks(1000),
            Copies = 1,
            TailRecords = 64,
            OperationsKept = 64,
            MaxUncommitted = 1024,
            BatchRecords = 64,
            ChunkEntries = 512,
        };
    }
}
