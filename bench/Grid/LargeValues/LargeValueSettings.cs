namespace Orleans.Cache.GridBench.LargeValues;

/// <summary>What is measured of small gets beside large values.</summary>
internal sealed record LargeValueSettings
{
    public required int ValueBytes { get; init; }

    /// <summary>How many turns each side has, after one to warm up.</summary>
    public required int Repeats { get; init; }

    /// <summary>How long a turn lasts.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The client's Lanes.SharedChunkBytes; <see langword="null"/>: as it is by default.</summary>
    public required int? ChunkBytes { get; init; }
}
