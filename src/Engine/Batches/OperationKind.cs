namespace Orleans.Cache.Engine.Batches;

/// <summary>What an operation does. The numbers are on the wire: append-only, guarded by the golden test of the batch format.</summary>
internal enum OperationKind : byte
{
    /// <summary>Reads the value; counts as a hit or a miss and as a use.</summary>
    Get = 1,

    /// <summary>Writes the value under a condition.</summary>
    Set = 2,

    /// <summary>Removes the entry.</summary>
    Remove = 3,

    /// <summary>Gives the entry a new time to live.</summary>
    Touch = 4,

    /// <summary>Adds to a whole number.</summary>
    Increment = 5,

    /// <summary>Reads version and expiry only; counts as nothing.</summary>
    Peek = 6,

    /// <summary>Reads a part of the value; counts as nothing, because the get that was answered in chunks was counted.</summary>
    GetRange = 7,

    /// <summary>Brings a part of a large value to the silo, ahead of its <see cref="Commit"/>. Repeating it does no harm.</summary>
    Stage = 8,

    /// <summary>A set whose value was staged; its own value is the id under which that was done.</summary>
    Commit = 9,

    /// <summary>Gives up what was staged.</summary>
    Discard = 10,

    /// <summary>A set whose value has the entry's tags in front: see <see cref="Shards.TagSection"/>.</summary>
    SetTagged = 11,

    /// <summary>Removes the entries of the key's partition that have one of the tags in the value. The key only names the partition.</summary>
    RemoveTags = 12,

    /// <summary>Removes all entries of the key's partition. The key only names the partition.</summary>
    Clear = 13,
}
