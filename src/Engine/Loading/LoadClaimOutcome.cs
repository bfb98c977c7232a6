namespace Orleans.Cache.Engine.Loading;

/// <summary>What came of asking for a lease.</summary>
internal enum LoadClaimOutcome
{
    /// <summary>It is the asker's.</summary>
    Granted,

    /// <summary>Somebody else has it.</summary>
    Held,

    /// <summary>There are as many leases as may be: load without one.</summary>
    Full,
}
