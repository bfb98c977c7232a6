namespace Orleans.Cache;

/// <summary>Snapshots of partitions in files (<c>Cache:Snapshots</c> in the configuration), from which a grid begins again that was lost as a whole. Checked when the silo starts.</summary>
public sealed class CacheSnapshotOptions
{
    /// <summary>The folder of this silo's snapshots. It is made if it is not there. Several silos may use one folder.</summary>
    /// <value>A path from the root, where the silo may write. Default: none, and no snapshots.</value>
    public string? Folder { get; set; }

    /// <summary>From one round of snapshots to the next. What was written since the last one is lost with all copies of a partition.</summary>
    /// <value>1 second to 1 day. Default: 1 minute.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many snapshots of each partition are kept. Where the newest file is damaged, the one before it is loaded.</summary>
    /// <value>1 to 100. Default: 2.</value>
    public int Keep { get; set; } = 2;

    /// <summary>
    /// How long after its start a silo waits for those that were in the grid with it, before it loads: they may have newer snapshots. Until then it
    /// does not serve partitions of which no copy is left.
    /// </summary>
    /// <value>0 (not at all) to 1 hour. Default: 30 seconds.</value>
    public TimeSpan WaitForSilos { get; set; } = TimeSpan.FromSeconds(30);
}
