using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Load;

/// <summary>
/// A key that one writer writes and any number of readers check. Errors of calls are noted in the item's history, and thrown on.
/// </summary>
internal abstract class Item(Record record, string tag)
{
    /// <summary>What all its keys have in common.</summary>
    public string Tag => tag;

    /// <summary>Where all keys of the item are: they share a hash tag.</summary>
    public Slot Slot { get; } = Slot.Of((CacheKey)$"{{{tag}}}");

    protected Record Record { get; } = record;

    /// <summary>Does the next write. By one caller at a time.</summary>
    /// <returns>Whether there was one to do.</returns>
    public abstract Task<bool> WriteAsync(IStore store);

    /// <summary>Reads, and checks what is read. By any number of callers.</summary>
    /// <returns>Whether it was right.</returns>
    public abstract Task<bool> ReadAsync(IStore store, string reader);

    /// <summary>Reads once more when nobody writes; what is older than acknowledged is lost, is counted, and not asked for again.</summary>
    public abstract Task CheckAsync(IStore store);

    /// <summary>The key that a generation of the item has.</summary>
    protected string KeyOf(int generation) => $"{{{tag}}}:{generation}";

    /// <summary>Whether the error says that nothing was done; after any other something may have been, or may yet be.</summary>
    protected static bool IsNotDone(Exception error) => error is CacheUnavailableException or CacheRequestException;

    /// <summary>Notes what a reader found wrong.</summary>
    protected bool Judge(string key, string reader, (ViolationKind Kind, string Seen)? wrong)
    {
        Record.CountRead();
        if (wrong is { } found)
        {
            Record.Add(found.Kind, key, reader, found.Seen);
        }

        return wrong is null;
    }

    /// <summary>Notes what the last look found wrong.</summary>
    /// <returns>Whether it was a loss.</returns>
    protected bool JudgeLast(string key, (ViolationKind Kind, string Seen)? wrong)
    {
        const string reader = "at the end";
        if (wrong is not { } found)
        {
            return false;
        }

        var isLoss = found.Kind is ViolationKind.Stale or ViolationKind.Missing or ViolationKind.WentBack or ViolationKind.Risen or ViolationKind.CountedTooFew;
        Record.Add(isLoss ? ViolationKind.Lost : found.Kind, key, reader, found.Seen);
        if (isLoss)
        {
            Record.AddLostSlot(Slot);
        }

        return isLoss;
    }
}
