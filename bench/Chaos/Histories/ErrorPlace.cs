namespace Orleans.Cache.Chaos.Histories;

/// <summary>Whom an error concerned.</summary>
internal enum ErrorPlace
{
    /// <summary>No fault was in force.</summary>
    Peace,

    /// <summary>The key's owner was another silo than the one at fault.</summary>
    OtherKeys,

    /// <summary>The key's owner was the silo at fault.</summary>
    AffectedKeys,

    /// <summary>The call went through the gateway of the silo at fault only.</summary>
    ThroughTheSilo,
}
