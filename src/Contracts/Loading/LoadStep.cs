namespace Orleans.Cache.Contracts.Loading;

/// <summary>What a process wants of the lease to load a key's value. Append-only, guarded by the wire contract test.</summary>
public enum LoadStep
{
    /// <summary>The lease, or to hear when the value is there.</summary>
    Ask = 0,

    /// <summary>To keep the lease for longer.</summary>
    Renew = 1,

    /// <summary>To give the lease back: nothing was stored.</summary>
    Release = 2,
}
