using Orleans.Cache.Client.Routing;

namespace Orleans.Cache.Client.HotKeys;

/// <summary>A key that its owner says is hot, as this process knows it. Safe for any number of threads.</summary>
/// <param name="key">The key; its bytes belong to this object.</param>
/// <param name="slot">Its slot.</param>
internal sealed class HotEntry(CacheKey key, Slot slot)
{
    private long _version;
    private long _announcedAt;
    private Choice? _choice;

    public CacheKey Key => key;

    public Slot Slot => slot;

    /// <summary>The newest version that this process has seen: what is older is not read any more.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>When its owner said so last, by the clock's timestamps.</summary>
    public long AnnouncedAt => Volatile.Read(ref _announcedAt);

    /// <summary>Takes note of a version that its owner answered.</summary>
    public void NoteVersion(long version)
    {
        for (var known = Version; version > known; known = Version)
        {
            Interlocked.CompareExchange(ref _version, version, known);
        }
    }

    /// <summary>Takes note that its owner says it is hot.</summary>
    /// <param name="now">The clock.</param>
    /// <param name="grain">What is newer by less than so much is not written, so that readers share the line.</param>
    public void NoteAnnouncement(long now, long grain)
    {
        if (now - AnnouncedAt > grain)
        {
            Volatile.Write(ref _announcedAt, now);
        }
    }

    /// <summary>The silos that may be asked besides the owner, which is <see langword="null"/> where there is none.</summary>
    /// <param name="snapshot">What is known of the grid.</param>
    /// <param name="copies">How many.</param>
    /// <param name="owner">The owner.</param>
    public HotSilo[] SilosIn(GridSnapshot snapshot, int copies, out RoutedNode? owner)
    {
        var choice = Volatile.Read(ref _choice);
        if (choice is null || !ReferenceEquals(choice.Snapshot, snapshot) || choice.Copies != copies)
        {
            choice = Choose(snapshot, copies, choice?.Others ?? []);
            Volatile.Write(ref _choice, choice);
        }

        owner = choice.Owner;
        return choice.Others;
    }

    /// <summary>Those that follow the owner in the order of names, so that all processes choose the same ones.</summary>
    private Choice Choose(GridSnapshot snapshot, int copies, HotSilo[] known)
    {
        var owner = snapshot.Map.OwnerOf(slot.PartitionOf(snapshot.Map.PartitionCount));
        if (owner < 0)
        {
            return new Choice(snapshot, copies, null, []);
        }

        var others = new List<HotSilo>();
        for (var step = 1; step < snapshot.Nodes.Count && others.Count < copies; step++)
        {
            var node = snapshot.Nodes[(owner + step) % snapshot.Nodes.Count];
            if (!node.Descriptor.IsLeaving)
            {
                others.Add(Array.Find(known, silo => silo.Node == node) ?? new HotSilo(node));
            }
        }

        return new Choice(snapshot, copies, snapshot.Nodes[owner], [.. others]);
    }

    private sealed record Choice(GridSnapshot Snapshot, int Copies, RoutedNode? Owner, HotSilo[] Others);
}
