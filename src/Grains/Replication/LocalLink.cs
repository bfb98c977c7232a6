using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Grains.Replication;

/// <summary>The way of this silo's copies to each other: to a copy that was dropped and began anew, mostly. Delivers on the thread pool, for the sender holds a lock.</summary>
internal sealed class LocalLink(Action<List<(int Partition, PeerMessage Message)>> receive) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private List<(int Partition, PeerMessage Message)> _queue = [];
    private bool _isDelivering;

    public void Enqueue(int partition, PeerMessage message)
    {
        lock (_lock)
        {
            _queue.Add((partition, message));
        }
    }

    public void Wake()
    {
        lock (_lock)
        {
            if (_isDelivering || _queue.Count == 0)
            {
                return;
            }

            _isDelivering = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc/>
    public void Execute()
    {
        List<(int, PeerMessage)> taken;
        lock (_lock)
        {
            taken = _queue;
            _queue = [];
            _isDelivering = false;
        }

        receive(taken);
    }
}
