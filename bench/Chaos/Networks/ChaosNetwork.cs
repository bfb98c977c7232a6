using System.Net;

namespace Orleans.Cache.Chaos.Networks;

/// <summary>Where silos stand, and what can be done to the ways between them.</summary>
internal abstract class ChaosNetwork : IAsyncDisposable
{
    /// <summary>Where the database listens beside its socket; <see langword="null"/> where silos use the socket.</summary>
    public virtual IPAddress? DatabaseAddress => null;

    /// <summary>Why ways cannot be cut or made lossy, or <see langword="null"/>.</summary>
    public abstract string? CannotCut { get; }

    /// <summary>Makes a place for a silo.</summary>
    /// <param name="silo">The silo's number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task<Place> AddAsync(int silo, CancellationToken cancellationToken);

    /// <summary>Lets nothing through from one silo to another any more, and says so to neither.</summary>
    public abstract Task CutAsync(Place from, Place to, CancellationToken cancellationToken);

    /// <summary>Lets nothing through from the database to a silo any more.</summary>
    public abstract Task CutDatabaseAsync(Place silo, CancellationToken cancellationToken);

    /// <summary>Loses a share of the packets that reach a silo, from wherever.</summary>
    public abstract Task LoseAsync(Place silo, int percent, CancellationToken cancellationToken);

    /// <summary>Mends everything that was done to the ways to a silo.</summary>
    public abstract Task HealAsync(Place silo, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
