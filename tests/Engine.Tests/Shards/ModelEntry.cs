namespace Orleans.Cache.Engine.Tests.Shards;

/// <summary>An entry of the <see cref="ModelCache"/>.</summary>
internal sealed class ModelEntry
{
    public byte[] Value { get; set; } = [];

    public long Version { get; set; }

    public long Absolute { get; set; }

    public long Sliding { get; set; }

    public long Expiry { get; set; }

    /// <summary>Higher is later.</summary>
    public long Used { get; set; }
}
