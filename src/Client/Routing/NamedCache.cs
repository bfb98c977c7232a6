using Orleans.Cache.Client.HotKeys;

namespace Orleans.Cache.Client.Routing;

/// <summary>A cache as calls are routed for it. One object for each name in a process; safe for any number of threads.</summary>
/// <param name="name">A valid name.</param>
/// <param name="index">Its number among the names that this process uses, from 0.</param>
/// <param name="topology">What knows the grid's caches.</param>
internal sealed class NamedCache(string name, int index, ITopologySource topology)
{
    private GridSnapshot? _foundIn;
    private volatile CacheReadLevel _readLevel;
    private volatile int _hotCopies;
    private long _lookedFor;

    public string Name => name;

    public int Index => index;

    /// <summary>The level of reads that name none; the owner until the cache was found in the grid.</summary>
    public CacheReadLevel ReadLevel => _readLevel;

    /// <summary>How many silos besides its owner are asked for a hot key; 0 where there are none, and until the cache was found in the grid.</summary>
    public int HotCopies => _hotCopies;

    /// <summary>The keys that their owners say are hot.</summary>
    public HotEntries Hot { get; } = new();

    /// <summary>The version of the newest map that this process has.</summary>
    public long MapVersion => topology.Current.Version;

    /// <summary>The newest map that this process has.</summary>
    public GridSnapshot Snapshot => topology.Current;

    /// <summary>Looks for a newer map, unless somebody does so already.</summary>
    public void LookForMap() => _ = topology.RefreshAsync(topology.Current, CancellationToken.None).AsTask();

    /// <summary>
    /// Called with the version of the map that a silo has: a newer one is looked for, once, before an operation has to come back as moved.
    /// </summary>
    public void OnMapVersion(long version)
    {
        var known = topology.Current;
        var looked = Volatile.Read(ref _lookedFor);
        if (version > known.Version && version > looked && Interlocked.CompareExchange(ref _lookedFor, version, looked) == looked)
        {
            _ = topology.RefreshAsync(known, CancellationToken.None).AsTask();
        }
    }

    /// <summary>Whether the grid has this cache.</summary>
    public bool IsIn(GridSnapshot snapshot)
    {
        if (ReferenceEquals(Volatile.Read(ref _foundIn), snapshot))
        {
            return true;
        }

        if (!snapshot.HasCache(name))
        {
            return false;
        }

        _readLevel = snapshot.ReadLevelOf(name);
        _hotCopies = snapshot.NearCacheOf(name).HotCopies;
        Volatile.Write(ref _foundIn, snapshot);
        return true;
    }

    /// <summary>The error for a cache that the grid does not have.</summary>
    public CacheRequestException Unknown() => CacheRequestException.UnknownCache(name, topology.Current.Caches);
}
