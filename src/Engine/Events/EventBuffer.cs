using Orleans.Cache.Engine.Copies;
using Orleans.Cache.Engine.Memory;

namespace Orleans.Cache.Engine.Events;

/// <summary>
/// What happened on this silo and was not sent yet, as the bytes that are sent (docs/formats/events.md). Bounded: what finds no room is counted
/// as lost, and nobody waits. Safe for any number of threads; <see cref="Take"/> is for one.
/// </summary>
/// <remarks>Events are added under the lock of their shard, so those of a key stand in their order. The lock in here is taken last of all.</remarks>
internal sealed class EventBuffer
{
    private readonly byte[][] _halves;
    private CopyGates? _gates;
    private ShortLock _lock;
    private byte[] _bytes;
    private int _length;
    private int _count;
    private int _lost;

    /// <param name="capacity">How many bytes may wait; as many may be being sent at the same time.</param>
    public EventBuffer(int capacity)
    {
        // Whole from the start, for nothing may be allocated under the locks of shards; the system gives memory as it is touched.
        _halves = [GC.AllocateUninitializedArray<byte>(capacity), GC.AllocateUninitializedArray<byte>(capacity)];
        _bytes = _halves[0];
    }

    /// <summary>Whether there is anything to take.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0 && Volatile.Read(ref _lost) == 0;

    /// <summary>From now on what happens of itself is told of the partitions only that this silo serves: replicas expire and evict for themselves.</summary>
    public void UseCopies(CopyGates gates) => Volatile.Write(ref _gates, gates);

    /// <summary>Whether this silo speaks for a partition.</summary>
    public bool SpeaksFor(int partition) => Volatile.Read(ref _gates)?.MayServe(partition, out _) ?? true;

    /// <summary>Adds an event.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="cache">The number of the cache, among those with events.</param>
    /// <param name="subject">The key, or the section of tags.</param>
    /// <param name="version">The entry's version, or 0.</param>
    public void Add(CacheEventKind kind, int cache, ReadOnlySpan<byte> subject, long version)
    {
        _lock.Enter();
        var size = EventRecord.HeadBytes + subject.Length;
        if (_bytes.Length - _length < size)
        {
            _lost++;
        }
        else
        {
            EventRecord.Write(_bytes.AsSpan(_length, size), kind, cache, subject, version);
            _length += size;
            _count++;
        }

        _lock.Exit();
    }

    /// <summary>Takes all there is. The bytes are the caller's until it takes again.</summary>
    public EventRun Take()
    {
        _lock.Enter();
        var run = new EventRun(_bytes.AsMemory(0, _length), _count, _lost);
        _bytes = ReferenceEquals(_bytes, _halves[0]) ? _halves[1] : _halves[0];
        _length = 0;
        Volatile.Write(ref _count, 0);
        Volatile.Write(ref _lost, 0);
        _lock.Exit();
        return run;
    }
}
