namespace Orleans.Cache.Client.Connections;

/// <summary>
/// Looks every few milliseconds whether callers keep a thread that receives, and has another one receive then. A thread of its own, since the pool's may
/// all be blocked by such callers; it sleeps while there are no replies. Safe for any number of threads.
/// </summary>
internal sealed class ReceiverWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    /// <summary>After so many looks without a reply it sleeps until there is one.</summary>
    private const int LooksAtNothing = 20;

    private readonly List<DataConnection> _connections = [];
    private readonly AutoResetEvent _wanted = new(initialState: false);
    private bool _hasThread;
    private int _isAwake;
    private volatile bool _isDisposed;

    /// <summary>Watches over a connection until it is lost.</summary>
    public void Add(DataConnection connection)
    {
        lock (_connections)
        {
            _connections.Add(connection);
            if (!_hasThread)
            {
                _hasThread = true;
                new Thread(Run) { IsBackground = true, Name = "Cache receiver watch" }.UnsafeStart();
            }
        }
    }

    public void Remove(DataConnection connection)
    {
        lock (_connections)
        {
            _connections.Remove(connection);
        }
    }

    /// <summary>Called when a receiver has left to let callers go on.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _isAwake) == 0 && Interlocked.Exchange(ref _isAwake, 1) == 0)
        {
            _wanted.Set();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _wanted.Set();
    }

    private void Run()
    {
        while (true)
        {
            _wanted.WaitOne();
            for (var idle = 0; !_isDisposed && idle < LooksAtNothing; idle = Look() ? 0 : idle + 1)
            {
                _wanted.WaitOne(Period);
            }

            if (_isDisposed)
            {
                return;
            }

            // Who comes after this wakes it again; who came before is seen here.
            Interlocked.Exchange(ref _isAwake, 0);
            if (Look())
            {
                Wake();
            }
        }
    }

    /// <returns>Whether callers have gone on since the last look.</returns>
    private bool Look()
    {
        var isUsed = false;
        lock (_connections)
        {
            // From behind: one that is lost by this leaves.
            for (var index = _connections.Count - 1; index >= 0; index--)
            {
                isUsed |= _connections[index].LookAfterReceiver();
            }
        }

        return isUsed;
    }
}
