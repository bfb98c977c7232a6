using System.Globalization;

namespace Orleans.Cache;

/// <summary>The result of a set.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Version">The version written; where nothing was written, the version of the entry as it stands, or 0 where there is none.</param>
public readonly record struct CacheWriteResult(CacheWriteOutcome Outcome, long Version)
{
    /// <summary>
    /// How many silos have the entry: the owner's and those of its replicas in sync, 1 to 4; 0 where nothing was written. 1 where the grid has no
    /// replicas, or none of them is in sync: then the entry is lost with its silo.
    /// </summary>
    public int Copies { get; init; }

    /// <summary>Whether the entry was written.</summary>
    public bool Stored => Outcome == CacheWriteOutcome.Stored;

    /// <summary>Returns the version written, or throws where the condition failed.</summary>
    /// <exception cref="CacheConditionException">The condition of the write did not hold.</exception>
    public long EnsureStored() => Outcome switch
    {
        CacheWriteOutcome.Stored => Version,
        CacheWriteOutcome.KeyPresent => throw new CacheConditionException(
            Outcome,
            Version,
            string.Create(CultureInfo.InvariantCulture, $"Not written: the key was to be absent, and has an entry of version {Version}. Remove it first, or write without IfAbsent.")),
        CacheWriteOutcome.KeyAbsent => throw new CacheConditionException(
            Outcome,
            Version,
            "Not written: the key was to have an entry, and has none. It may have expired or been evicted: write without the condition, or with IfAbsent."),
        _ => throw new CacheConditionException(
            Outcome,
            Version,
            string.Create(CultureInfo.InvariantCulture, $"Not written: the entry now has version {Version}. Read it again and decide anew.")),
    };
}
