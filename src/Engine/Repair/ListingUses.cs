namespace Orleans.Cache.Engine.Repair;

/// <summary>What a replica does with a list of its owner's entries. The numbers go on the wire: append-only.</summary>
[Flags]
internal enum ListingUses : byte
{
    None = 0,

    /// <summary>Count what is not as it should be.</summary>
    Count = 1,

    /// <summary>Drop entries that are not the owner's: it cannot be told which is right, and the owner's is not sent.</summary>
    DropDifferent = 2,

    /// <summary>Drop entries that the owner does not have.</summary>
    DropExtra = 4,

    /// <summary>Neither side evicts, so both have the same keys.</summary>
    IsExact = 8,
}
