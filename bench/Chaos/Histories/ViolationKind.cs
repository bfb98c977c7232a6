namespace Orleans.Cache.Chaos.Histories;

/// <summary>What a grid did that it must not do.</summary>
internal enum ViolationKind
{
    /// <summary>After everything is quiet, an acknowledged write is absent, or an older one stands in its place.</summary>
    Lost,

    /// <summary>A read that began after a write was acknowledged returned an older one.</summary>
    Stale,

    /// <summary>A read that began after a write was acknowledged found nothing.</summary>
    Missing,

    /// <summary>A read returned less than an earlier read did, though both wrote nothing that had been acknowledged.</summary>
    WentBack,

    /// <summary>What was removed, acknowledged, was read again.</summary>
    Risen,

    /// <summary>A read returned what nobody wrote, or what the writer was told had not been done.</summary>
    Phantom,

    /// <summary>The bytes are not those that were written under the key.</summary>
    Corrupt,

    /// <summary>An entry was gone before its time to live was over.</summary>
    ExpiredEarly,

    /// <summary>An entry was there after its time to live was over.</summary>
    ExpiredLate,

    /// <summary>A counter is below the increments that were acknowledged.</summary>
    CountedTooFew,

    /// <summary>A counter is above the increments that were attempted.</summary>
    CountedTooMany,
}
