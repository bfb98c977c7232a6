namespace Orleans.Cache.Engine.HotKeys;

/// <summary>When a key becomes hot, and when it ceases to be.</summary>
/// <param name="ReadsPerSecond">Hot from so many reads per second on, those that copies answer included; not below half of it.</param>
internal sealed record HotKeyRules(double ReadsPerSecond)
{
    /// <summary>A key becomes hot only if it is read so many times as often as it is written: each write does away with all its copies.</summary>
    public const double ReadsPerWriteToPromote = 10;

    /// <summary>It remains hot only if it is read so many times as often.</summary>
    public const double ReadsPerWriteToStay = 5;

    /// <summary>A value above this, in bytes, is not copied: what the near caches of silos take by default.</summary>
    public const int MostValueBytes = 256 << 10;

    /// <summary>How long it must be below before it ceases to be hot.</summary>
    public static readonly TimeSpan CoolDown = TimeSpan.FromSeconds(5);

    /// <summary>So many samples in the sketch make a key worth counting on its own: half of what a key at the threshold has in a second.</summary>
    public int SamplesToTrack { get; } = (int)Math.Max(1, ReadsPerSecond / HotSampling.Reads / 2);

    /// <summary>Below this, a key that is not hot is not worth counting any more.</summary>
    public double ReadsToForget { get; } = ReadsPerSecond / 4;

    public bool MayPromote(double reads, double writes) => reads >= ReadsPerSecond && reads >= writes * ReadsPerWriteToPromote;

    public bool MayStay(double reads, double writes) => reads >= ReadsPerSecond / 2 && reads >= writes * ReadsPerWriteToStay;
}
