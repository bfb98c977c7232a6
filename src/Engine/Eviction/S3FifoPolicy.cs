using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Eviction;

/// <summary>
/// <c>s3fifo</c>: three queues, no work on a hit but counting to three in the entry (Yang et al., "FIFO queues are all you need for cache
/// eviction", SOSP 2023).
/// </summary>
/// <remarks>
/// 1. A new entry goes to the small queue, or to the main queue if its hash is among the ghosts. 2. Who is at the head of the small queue,
/// while that holds a tenth of the entries, moves to the main queue if it was used since, else leaves and becomes a ghost. 3. Who is at
/// the head of the main queue goes to its end with one use less if it has any, else leaves. 4. There are 0.9 times as many ghosts as
/// entries. 5. After <see cref="MovesPerVictim"/> moves whoever is at the head leaves, used or not: were all entries used, finding one that
/// was not would be a walk through all of them.
/// </remarks>
internal sealed class S3FifoPolicy(CacheArena arena) : QueuePolicy(arena, queues: 2)
{
    private const int Small = 0;
    private const int Main = 1;
    private const int SmallPart = 10;
    private const double GhostPart = 0.9;
    private const int MovesPerVictim = 64;

    private readonly GhostTable _ghosts = new(arena);

    /// <inheritdoc/>
    public override bool CountsUses => true;

    /// <inheritdoc/>
    public override long ManagedBytes => base.ManagedBytes + _ghosts.ManagedBytes;

    /// <inheritdoc/>
    public override void Prefetch(ulong hash) => _ghosts.Prefetch(hash);

    /// <inheritdoc/>
    public override bool TryAdd(uint reference, ulong hash) => Queues.TryAppend(_ghosts.Remove(hash) ? Main : Small, reference);

    /// <inheritdoc/>
    public override bool TryChooseVictim(out uint reference)
    {
        for (var moves = 0; ; moves++)
        {
            var queue = Queues.CountOf(Small) >= Math.Max(1, Count / SmallPart) || Queues.CountOf(Main) == 0 ? Small : Main;
            if (!Queues.TryPeek(queue, out reference))
            {
                return false;
            }

            var entry = Arena.Entry(reference);
            var frequency = entry.Frequency;
            if (frequency == 0 || moves == MovesPerVictim)
            {
                VictimQueue = queue;
                return true;
            }

            Moves++;
            entry.SetFrequency(queue == Small ? 0 : frequency - 1);
            Queues.MoveToEnd(Main, reference);
        }
    }

    /// <inheritdoc/>
    public override void Forget() => _ghosts.Clear();

    /// <inheritdoc/>
    public override void Remove(uint reference, ulong hash, bool evicted)
    {
        var entry = Arena.Entry(reference);
        if (evicted && Queues.QueueOf(entry) == Small)
        {
            _ghosts.Add(hash, Math.Max(1, (long)(Count * GhostPart)));
        }

        Queues.Remove(entry);
    }
}
