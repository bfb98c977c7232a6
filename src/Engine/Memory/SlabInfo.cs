namespace Orleans.Cache.Engine.Memory;

/// <summary>What is known of a slab while a cache owns it. Written under the lock of the owner's <see cref="CacheArena"/>.</summary>
internal struct SlabInfo
{
    /// <summary>The next slab of the class that has free slots; 0: none.</summary>
    public int Next;

    /// <summary>The previous one.</summary>
    public int Previous;

    /// <summary>Slots in use.</summary>
    public int Live;

    /// <summary>Slots handed out since the slab was taken; those above were never used.</summary>
    public int Carved;

    /// <summary>The first free slot below <see cref="Carved"/>, a reference; 0: none.</summary>
    public uint Free;

    /// <summary>The class of its slots.</summary>
    public short Class;

    /// <summary>Whether it stands in its class's list of slabs with free slots.</summary>
    public bool Listed;

    /// <summary>Whether its entries are being moved away: no slot of it is handed out.</summary>
    public bool Leaving;
}
