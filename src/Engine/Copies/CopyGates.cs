using System.Runtime.CompilerServices;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Invalidation;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Shards;

namespace Orleans.Cache.Engine.Copies;

/// <summary>
/// Lets the operations of batches through to the shards as far as this silo's copies may serve them. Reads take no lock of a copy: they are
/// executed, and then it is asked whether they were allowed. Safe for any number of threads.
/// </summary>
internal sealed partial class CopyGates
{
    /// <summary>Stands for the epoch of an operation that is executed by a copy which is not owner.</summary>
    private const long Stale = -1;

    // What a batch leaves in logs, to be sent when the batch is over. Of one thread, and empty between batches.
    [ThreadStatic]
    private static List<PartitionCopy>? _unsent;

    private readonly PartitionGate[] _gates;
    private readonly PartitionCopy?[] _copies;
    private readonly ICopyNetwork _network;
    private readonly TimeProvider _time;
    private readonly InvalidationFeed? _feed;

    public CopyGates(int partitions, ICopyNetwork network, TimeProvider time, TimeSpan longestWait, InvalidationFeed? feed = null)
    {
        _gates = new PartitionGate[partitions];
        _copies = new PartitionCopy?[partitions];
        _network = network;
        _time = time;
        Waits = new WaitList(time, longestWait);
        Array.Fill(_gates, new PartitionGate { ServesUntil = long.MinValue });
        Served = new ServedPartitions(_gates, time);
        _feed = feed;
    }

    /// <summary>The partitions that this silo serves.</summary>
    public ServedPartitions Served { get; }

    /// <summary>The batches that wait.</summary>
    public WaitList Waits { get; }

    public ref PartitionGate this[int partition] => ref _gates[partition];

    public PartitionCopy? CopyOf(int partition) => Volatile.Read(ref _copies[partition]);

    public void Set(int partition, PartitionCopy? copy)
    {
        Volatile.Write(ref _gates[partition].ServesUntil, long.MinValue);
        Volatile.Write(ref _copies[partition], copy);
    }

    /// <summary>Whether this silo owns a partition, and likely serves it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayServe(int partition, out long epoch)
    {
        epoch = Volatile.Read(ref _gates[partition].Epoch);
        return Volatile.Read(ref _gates[partition].ServesUntil) != long.MinValue;
    }

    /// <summary>As <see cref="MayServe"/> of a partition that is not served, for one operation: whether it is a read that a replica may answer.</summary>
    /// <remarks><paramref name="epoch"/>: <see cref="Stale"/>, for <see cref="Run"/>.</remarks>
    public bool MayReadStale(in ShardOperation operation, int partition, out long epoch)
    {
        epoch = Stale;
        return operation is { Level: ReadLevel.Any, Kind: OperationKind.Get or OperationKind.Peek or OperationKind.GetRange } && CopyOf(partition) is not null;
    }

    /// <summary>Executes an operation on a partition that this silo may serve.</summary>
    /// <returns>Whether <see cref="Check"/> has to decide on it.</returns>
    public bool Run(
        OperationRunner runner, CacheStore store, in ShardBatch batch, int index, ulong hash, int partition, long epoch, ref BatchMoment moment, ref BatchWait? wait)
    {
        ref readonly var operation = ref batch.Operations[index];
        if (epoch == Stale)
        {
            if (CopyOf(partition) is { } replica)
            {
                replica.ReadStale(runner, store, batch, index, hash, ref moment);
            }
            else
            {
                batch.Results[index].Status = OperationStatus.Moved;
            }

            return false;
        }

        switch (operation.Kind)
        {
            case OperationKind.Get or OperationKind.Peek or OperationKind.GetRange:
                if (runner.Run(store, batch, index, hash, partition, ref moment) && CopyOf(partition) is { } used
                    && used.Renewed(store, batch.KeyOf(operation), hash, moment.Now))
                {
                    (_unsent ??= []).Add(used);
                }

                return true;
            case OperationKind.Stage or OperationKind.Discard:
                // Nobody sees what is staged, so it matters to nobody who owns the partition.
                runner.Run(store, batch, index, hash, partition, ref moment);
                return false;
        }

        if (CopyOf(partition) is not { } copy)
        {
            batch.Results[index].Status = OperationStatus.Moved;
            return false;
        }

        var mustCheck = copy.Write(runner, store, batch, index, hash, ref moment, ref wait, out var isUnsent);
        if (isUnsent)
        {
            (_unsent ??= []).Add(copy);
        }

        NoteWrite(store, operation.Kind, hash);

        // After the entry was changed, and before anybody is told that it was.
        if (_feed is not null && store.HasNearCaches && (_feed.IsFollowed || store.StrictLeaseTicks > 0) && batch.Results[index].Status == OperationStatus.Done)
        {
            BatchChanges.Current.Add(store, batch, index, Volatile.Read(ref _gates[partition].ServedSince));
        }

        return mustCheck;
    }

    /// <summary>Decides on operations that were executed, on whether their answers may be given.</summary>
    /// <param name="store">Their cache.</param>
    /// <param name="batch">Their batch.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="hashes">The hashes of their keys.</param>
    /// <param name="partitions">Their partitions; -1 for those that need no decision.</param>
    /// <param name="epochs">The epochs that their partitions were in before they were executed.</param>
    /// <param name="wait">What waits of the batch.</param>
    public void Check(
        CacheStore store, in ShardBatch batch, int start, ReadOnlySpan<ulong> hashes, ReadOnlySpan<int> partitions, ReadOnlySpan<long> epochs, ref BatchWait? wait)
    {
        // Everything was read from the shards before the gates are read below, also where the processor would do it the other way round. A
        // write that was seen is either committed by now or counted: the writer counts before it writes. If it is neither because its owner
        // lost the partition, then the gate has another epoch, or is closed: that is written before the count is given up. And the clock is
        // read last of what was executed, for the process may have slept: an answer is given only if nobody else can have served by then.
        Interlocked.MemoryBarrier();
        var now = _time.GetTimestamp();
        for (var index = 0; index < hashes.Length; index++)
        {
            var partition = partitions[index];
            if (partition < 0)
            {
                continue;
            }

            ref var gate = ref _gates[partition];
            ref var result = ref batch.Results[start + index];
            var isWrite = IsWrite(batch.Operations[start + index].Kind);
            if (Volatile.Read(ref gate.Uncommitted) != 0 && !isWrite
                && CopyOf(partition)?.CheckRead(start + index, hashes[index], store, epochs[index], ref result, ref wait) == false)
            {
                continue;
            }

            if (Volatile.Read(ref gate.Epoch) != epochs[index] || now >= Volatile.Read(ref gate.ServesUntil))
            {
                // A write here was executed while nobody followed: what it did is lost if the partition was given up meanwhile.
                result = new ShardResult { Status = isWrite && result.Status == OperationStatus.Done ? OperationStatus.Unknown : OperationStatus.Moved };
            }
        }

        NoteReads(store, batch, start, hashes, partitions);
    }

    /// <summary>Lets what a batch has written leave for other copies.</summary>
    /// <returns>What is to be awaited before the results count, or none; then they are complete.</returns>
    public BatchWait? End(in ShardBatch batch, BatchWait? wait)
    {
        if (_unsent is { Count: > 0 } unsent)
        {
            var now = _time.GetTimestamp();
            foreach (var copy in unsent)
            {
                copy.Flush(now);
            }

            unsent.Clear();
            _network.Flush();
        }

        if (_feed is not null)
        {
            BatchChanges.Current.Flush(_feed, ref wait);
        }

        if (wait is null)
        {
            return null;
        }

        Waits.Add(wait);
        if (!wait.TryEnd())
        {
            return wait;
        }

        wait.Settle(batch.Results);
        wait.Dispose();
        return null;
    }

    private static bool IsWrite(OperationKind kind) => kind is not (OperationKind.Get or OperationKind.Peek or OperationKind.GetRange);
}
