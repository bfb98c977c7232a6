namespace Orleans.Cache.Contracts.Loading;

/// <summary>What a silo says to who wants to load a value. Append-only, guarded by the wire contract test.</summary>
public enum LoadAnswer
{
    /// <summary>Another silo was meant.</summary>
    WrongSilo = 0,

    /// <summary>The lease is the asker's, for the time in the reply; or still is, or is not any more, as was wanted.</summary>
    Granted = 1,

    /// <summary>There is another value than the asker has seen: read again.</summary>
    Look = 2,

    /// <summary>Somebody else has the lease: ask again.</summary>
    Held = 3,

    /// <summary>The silo does not serve the key's partition (any more, or yet).</summary>
    Moved = 4,

    /// <summary>The silo gives out no more leases: load without one.</summary>
    Full = 5,

    /// <summary>The lease is not the asker's any more.</summary>
    Lost = 6,

    /// <summary>The silo knows no such cache, or takes no such key.</summary>
    Invalid = 7,
}
