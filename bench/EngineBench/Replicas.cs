using System.Globalization;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.HotKeys;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.EngineBench;

/// <summary>
/// What copies cost: gets and sets in batches without them, with copies that nobody follows, and with one follower each, reached by a network
/// that is a queue in the same thread. One thread; rounds of all three alternate, and the best of each counts.
/// </summary>
internal static class Replicas
{
    private const int Partitions = 1024;
    private const int Batch = 64;
    private const int Repeats = 9;
    private const long Budget = 2L << 30;

    public static void Run(int entries, int operations)
    {
        using var plain = new Load("without copies", followers: -1, entries);
        using var alone = new Load("copies, no followers", followers: 0, entries);
        using var followed = new Load("copies, one follower", followers: 1, entries);
        Load[] loads = [plain, alone, followed];
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            foreach (var load in loads)
            {
                load.Measure(operations, entries, repeat);
            }
        }

        Console.WriteLine($"{entries} entries, {Partitions} partitions, batches of {Batch}, {operations} operations {Repeats} times; keys are drawn within the time");
        Console.WriteLine("| | get ns | ratio | set ns | ratio | bytes per get | bytes per set |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var load in loads)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {load.Name} | {load.Get:F0} | {load.Get / plain.Get:F2} | {load.Set:F0} | {load.Set / plain.Set:F2} | {load.GetBytes:F1} | {load.SetBytes:F0} |"));
        }
    }

    /// <summary>A grid of one or two silos in this process; the second only follows.</summary>
    public sealed class Load : IDisposable
    {
        private readonly EngineLoad _load;
        private readonly Silo[] _silos;
        private readonly ConfigurationAuthority[] _authorities = new ConfigurationAuthority[Partitions];
        private readonly Queue<(int To, int Partition, object What)> _queue = new();

        public Load(string name, int followers, int entries)
        {
            Name = name;
            var settings = Settings();
            for (var partition = 0; partition < Partitions; partition++)
            {
                _authorities[partition] = new ConfigurationAuthority(settings);
            }

            _silos = [.. Enumerable.Range(0, followers + 1).Select(node => new Silo(this, node, settings))];
            _load = new EngineLoad(_silos.Length == 0 ? EngineLoad.CreateHost(Budget, Partitions) : _silos[0].Shards, Batch) { AfterBatch = Deliver };
            int[] nodes = [.. Enumerable.Range(0, _silos.Length)];
            while (_silos.Length > 0 && !Enumerable.Range(0, Partitions).All(partition => IsSettled(partition)))
            {
                for (var partition = 0; partition < Partitions; partition++)
                {
                    Array.ForEach(_silos, silo => silo.Copies.Want(partition, new WantedCopies(0, nodes)));
                }

                Beat();
                Thread.Sleep(5);
            }

            _load.Insert(0, entries / Batch * Batch);
        }

        public string Name { get; }

        /// <summary>Counts what is read often on the first silo.</summary>
        public HotKeyTables? HotKeys
        {
            set => _silos[0].Copies.HotKeys = value;
        }

        public ShardHost Shards => _silos[0].Shards;

        public double Get { get; private set; } = double.MaxValue;

        public double Set { get; private set; } = double.MaxValue;

        public double GetBytes { get; private set; }

        public double SetBytes { get; private set; }

        public void Measure(int operations, int entries, int repeat)
        {
            var state = (ulong)repeat;
            Beat();
            var (bytes, start) = (GC.GetAllocatedBytesForCurrentThread(), Processor.Now());
            var found = _load.Get(operations, entries / Batch * Batch, ref state);
            Get = Math.Min(Get, (Processor.Now() - start) / operations);
            GetBytes = (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / operations;
            if (found < operations * 0.99)
            {
                throw new InvalidOperationException($"only {found} of {operations} gets found an entry: {Name}");
            }

            Beat();
            (bytes, start) = (GC.GetAllocatedBytesForCurrentThread(), Processor.Now());
            _load.Overwrite(operations, entries / Batch * Batch, ref state);
            Set = Math.Min(Set, (Processor.Now() - start) / operations);
            SetBytes = (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / operations;
        }

        /// <summary>Forgets what was measured.</summary>
        public void Forget() => (Get, Set) = (double.MaxValue, double.MaxValue);

        public void Dispose()
        {
            Array.ForEach(_silos, static silo => silo.Copies.Dispose());
            _load.Dispose();
            foreach (var silo in _silos.Skip(1))
            {
                silo.Shards.Dispose();
            }
        }

        private static ReplicationSettings Settings()
        {
            static long Ticks(int milliseconds) => milliseconds * TimeProvider.System.TimestampFrequency / 1000;
            return new ReplicationSettings
            {
                // Long leases: rounds are measured without anything but the operations between two beats.
                LeaseTicks = Ticks(60_000),
                ClockDriftPerMille = 10,
                BeatTicks = Ticks(100),
                SuspectTicks = Ticks(30_000),
                ResendTicks = Ticks(10_000),
                TenureTicks = Ticks(120_000),
                RenewTicks = Ticks(1000),
                StalenessTicks = Ticks(1000),
                HandoverTicks = Ticks(1000),
                Copies = 2,
                TailRecords = 64,
                OperationsKept = 64,
                MaxUncommitted = 1024,
                BatchRecords = 64,
                ChunkEntries = 512,
            };
        }

        private bool IsSettled(int partition) =>
            _authorities[partition].Recorded.InSync.Length == _silos.Length && _silos[0].Copies.StatusOf(partition).IsServing;

        private void Beat()
        {
            Array.ForEach(_silos, static silo => silo.Copies.Tick());
            Deliver();
        }

        private void Deliver()
        {
            while (_queue.TryDequeue(out var next))
            {
                var copies = _silos[next.To].Copies;
                switch (next.What)
                {
                    case PeerMessage message:
                        copies.Receive(next.Partition, message);
                        break;
                    case AuthorityRequest request:
                        copies.Take(next.Partition, _authorities[next.Partition].Handle(request, TimeProvider.System.GetTimestamp(), static _ => false));
                        break;
                }
            }
        }

        private sealed class Silo : ICopyNetwork
        {
            private readonly Load _grid;
            private readonly int _node;

            public Silo(Load grid, int node, ReplicationSettings settings)
            {
                (_grid, _node) = (grid, node);
                Shards = TestHosts.Create(
                    TimeProvider.System, new Dictionary<string, CacheOptions> { ["cache"] = new() { Eviction = "s3fifo", HotKeys = true } }, Partitions, Budget, isOpen: false);
                Copies = new PartitionCopies(Shards, settings, this, TimeProvider.System);
                Copies.Start(node, run: 1);
            }

            public ShardHost Shards { get; }

            public PartitionCopies Copies { get; }

            public void Send(int partition, PeerMessage message) => _grid._queue.Enqueue((message.To.Node, partition, message));

            public void Ask(int partition, AuthorityRequest request) => _grid._queue.Enqueue((_node, partition, request));

            public void Report(int partition, ReplicationEvent what)
            {
            }

            public void TakenOver(int partition, long pausedTicks)
            {
            }

            public void Flush()
            {
            }
        }
    }
}
