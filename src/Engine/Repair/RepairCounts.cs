using System.Collections.Concurrent;

namespace Orleans.Cache.Engine.Repair;

/// <summary>What comparing copies has come to on this silo. Safe for any number of threads.</summary>
internal sealed class RepairCounts
{
    private const int MostFindings = 100;

    private readonly ConcurrentQueue<RepairFinding> _findings = new();
    private long _compared;
    private long _differing;
    private long _different;
    private long _missing;
    private long _extra;
    private long _sent;
    private long _dropped;

    /// <summary>Buckets of replicas here that were compared with their owner's.</summary>
    public long Compared => Interlocked.Read(ref _compared);

    /// <summary>Those that were not the same.</summary>
    public long Differing => Interlocked.Read(ref _differing);

    /// <summary>Entries of replicas here that had another version or value than the owner's.</summary>
    public long Different => Interlocked.Read(ref _different);

    /// <summary>Entries that replicas here did not have, of caches that do not evict.</summary>
    public long Missing => Interlocked.Read(ref _missing);

    /// <summary>Entries that only replicas here had, of caches that do not evict.</summary>
    public long Extra => Interlocked.Read(ref _extra);

    /// <summary>Entries that owners here sent again.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Entries that replicas here dropped.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void OnCompared(int buckets, int differing)
    {
        Interlocked.Add(ref _compared, buckets);
        Interlocked.Add(ref _differing, differing);
    }

    public void OnSent(int entries) => Interlocked.Add(ref _sent, entries);

    public void OnDropped(int entries) => Interlocked.Add(ref _dropped, entries);

    public void OnFound(RepairFinding finding)
    {
        Interlocked.Add(ref _different, finding.Different);
        Interlocked.Add(ref _missing, finding.Missing);
        Interlocked.Add(ref _extra, finding.Extra);
        if (_findings.Count < MostFindings)
        {
            _findings.Enqueue(finding);
        }
    }

    /// <summary>Takes what was found since, for the log.</summary>
    public bool TryTake(out RepairFinding finding) => _findings.TryDequeue(out finding);
}
