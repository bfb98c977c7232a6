namespace Orleans.Cache.Chaos.Cluster;

/// <summary>The grid that faults are done to.</summary>
internal sealed record ChaosGridSettings
{
    /// <summary>How many silos it begins with.</summary>
    public int Silos { get; init; } = 3;

    /// <summary>Whether each silo gets a network namespace, where that can be had.</summary>
    public bool Namespaces { get; init; }

    /// <summary>Whether the first silo keeps the membership, instead of a database; it must then not be killed.</summary>
    public bool Development { get; init; }

    /// <summary>Further settings of all silos, each <c>name=value</c>.</summary>
    public IReadOnlyList<string> SiloSettings { get; init; } = [];

    /// <summary>Whether each entry has as many copies as by default.</summary>
    public bool HasDefaultReplicas => !SiloSettings.Any(static setting => setting.StartsWith("Cache:Replicas=", StringComparison.OrdinalIgnoreCase));
}
