using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Connections;

/// <summary>The data connections of this process. Safe for any number of threads.</summary>
internal sealed class DataLinks(TimeProvider time, IOptions<CacheGridClientOptions> options, ILogger<DataLink> logger) : IDisposable
{
    private readonly List<WeakReference<DataLink>> _links = [];
    private readonly ReceiverWatch _watch = new();
    private bool _isDisposed;

    /// <summary>Makes the link to a silo; it opens no connection before it is asked for one.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="door">Where it says how to connect.</param>
    /// <returns><see langword="null"/> where there shall be none.</returns>
    public DataLink? Make(NodeDescriptor silo, ICacheNode door)
    {
        if (!options.Value.UseDataConnections)
        {
            return null;
        }

        var link = new DataLink(silo, door, _watch, time, logger);
        lock (_links)
        {
            _links.RemoveAll(static link => !link.TryGetTarget(out _));
            _links.Add(new WeakReference<DataLink>(link));
            if (_isDisposed)
            {
                link.Dispose();
            }
        }

        return link;
    }

    /// <summary>Closes all of them, for good.</summary>
    public void Dispose()
    {
        lock (_links)
        {
            _isDisposed = true;
            foreach (var reference in _links)
            {
                if (reference.TryGetTarget(out var link))
                {
                    link.Dispose();
                }
            }
        }

        _watch.Dispose();
    }
}
