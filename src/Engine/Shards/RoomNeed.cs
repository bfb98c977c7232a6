namespace Orleans.Cache.Engine.Shards;

/// <summary>What a write needs before it can be done.</summary>
/// <param name="SlotClass">A slot of this class.</param>
/// <param name="SlotBytes">Its size.</param>
/// <param name="LargeBytes">Memory for a large value; 0: none.</param>
/// <param name="Entries">By how many entries the cache grows: 0 or 1.</param>
/// <param name="Slab">Whether a whole slab must be free: the cache's own structures did not find memory.</param>
internal readonly record struct RoomNeed(int SlotClass, int SlotBytes, long LargeBytes, int Entries, bool Slab = false)
{
    /// <summary>What counts against the cache's limit.</summary>
    public long Bytes => SlotBytes + LargeBytes;
}
