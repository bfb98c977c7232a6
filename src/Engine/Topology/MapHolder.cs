namespace Orleans.Cache.Engine.Topology;

/// <summary>
/// The map this process routes by. Safe for any number of threads; <see cref="Current"/> is one volatile read: take it once per call.
/// </summary>
/// <remarks>
/// 1. A map replaces the current one only if its version is higher, so versions are seen to rise, by every reader.
/// 2. The lock covers the exchange, the list of waiters and the queue of changes; nothing foreign runs under it.
/// 3. <see cref="Changed"/> is raised by whichever thread finds nobody raising, for all changes queued until the queue is empty: in order,
///    one at a time, each change once. A handler may update the holder; that change is raised after its own.
/// 4. A reader or waiter may see a map before its change was raised.
/// </remarks>
internal sealed class MapHolder
{
    private readonly Lock _lock = new();
    private readonly List<Waiter> _waiters = [];
    private readonly Queue<(PartitionMap Previous, PartitionMap Current)> _changes = new();
    private volatile PartitionMap _current;
    private bool _raising;

    public MapHolder(PartitionMap initial)
    {
        ArgumentNullException.ThrowIfNull(initial);
        _current = initial;
    }

    /// <summary>
    /// A newer map took the place of an older one. Handlers must be quick and must not throw; what they throw comes out of a
    /// <see cref="TryUpdate"/>, after all changes were raised.
    /// </summary>
    public event Action<PartitionMap, PartitionMap>? Changed;

    public PartitionMap Current => _current;

    /// <summary>Makes a map the current one, if its version is higher.</summary>
    /// <returns>Whether it became the current one. Its change may still be about to be raised, by another thread.</returns>
    public bool TryUpdate(PartitionMap newer)
    {
        ArgumentNullException.ThrowIfNull(newer);
        List<Waiter>? reached = null;
        lock (_lock)
        {
            var previous = _current;
            if (newer.Version <= previous.Version)
            {
                return false;
            }

            _current = newer;
            _changes.Enqueue((previous, newer));
            for (var index = _waiters.Count - 1; index >= 0; index--)
            {
                if (_waiters[index].MinVersion <= newer.Version)
                {
                    (reached ??= []).Add(_waiters[index]);
                    _waiters.RemoveAt(index);
                }
            }
        }

        if (reached is not null)
        {
            foreach (var waiter in reached)
            {
                waiter.TrySetResult(newer);
            }
        }

        RaiseQueued();
        return true;
    }

    /// <summary>Completes with the first map at or above a version: at once if the current one is, else when it arrives.</summary>
    public Task<PartitionMap> WaitForAsync(long minVersion, CancellationToken cancellationToken)
    {
        var seen = _current;
        if (seen.Version >= minVersion)
        {
            return Task.FromResult(seen);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<PartitionMap>(cancellationToken);
        }

        var waiter = new Waiter(minVersion);
        lock (_lock)
        {
            // An update between the look above and this lock did not see the waiter.
            if (_current.Version >= minVersion)
            {
                return Task.FromResult(_current);
            }

            _waiters.Add(waiter);
        }

        return cancellationToken.CanBeCanceled ? WaitCancellableAsync(waiter, cancellationToken) : waiter.Task;
    }

    private async Task<PartitionMap> WaitCancellableAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() => Abandon(waiter, cancellationToken));
        return await waiter.Task.ConfigureAwait(false);
    }

    private void Abandon(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _waiters.Remove(waiter);
        }

        // Loses against a map that arrived at the same time: the waiter then has its map.
        waiter.TrySetCanceled(cancellationToken);
    }

    private void RaiseQueued()
    {
        List<Exception>? thrown = null;
        var raising = false;
        while (true)
        {
            (PartitionMap Previous, PartitionMap Current) change;
            lock (_lock)
            {
                // Somebody else is raising and will find what was queued before it lets go of the flag under this lock.
                if (!raising && _raising)
                {
                    return;
                }

                _raising = raising = _changes.TryDequeue(out change);
                if (!raising)
                {
                    break;
                }
            }

            try
            {
                Changed?.Invoke(change.Previous, change.Current);
            }
#pragma warning disable CA1031 // A handler's failure must not keep the following changes from the others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                (thrown ??= []).Add(exception);
            }
        }

        if (thrown is not null)
        {
            throw new AggregateException("A handler of a change of the partition map failed.", thrown);
        }
    }

    private sealed class Waiter(long minVersion)
        : TaskCompletionSource<PartitionMap>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long MinVersion => minVersion;
    }
}
