namespace Orleans.Cache.Engine.Shards;

/// <summary>What a write needs before it can be done, and how much may still be done for it. For one write.</summary>
internal struct RoomNeed
{
    /// <summary>A slot of this class.</summary>
    public int SlotClass;

    /// <summary>Its size.</summary>
    public int SlotBytes;

    /// <summary>Memory for a large value; 0: none.</summary>
    public long LargeBytes;

    /// <summary>By how many entries the cache grows: 0 or 1.</summary>
    public int Entries;

    /// <summary>Whether a whole slab must be free: the cache's own structures did not find memory.</summary>
    public bool Slab;

    /// <summary>Steps that may still be done for this write, see <see cref="RoomMaker.StepsPerWrite"/>. Counts down.</summary>
    public int Steps;

    /// <summary>Evictions for this write that did not make the room it needs.</summary>
    public int InVain;

    /// <summary>What the cache may hold when the steps are used up: its limits, or what it held before the write if they were lowered.</summary>
    public long MostEntries;

    /// <inheritdoc cref="MostEntries"/>
    public long MostBytes;

    /// <summary>What counts against the cache's limit.</summary>
    public readonly long Bytes => SlotBytes + LargeBytes;
}
