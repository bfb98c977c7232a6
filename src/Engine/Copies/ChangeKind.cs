namespace Orleans.Cache.Engine.Copies;

/// <summary>What a change says of its key. The numbers go on the wire: append-only, guarded by the golden test of the change format.</summary>
internal enum ChangeKind : byte
{
    /// <summary>The key has this entry.</summary>
    Entry = 1,

    /// <summary>The key has no entry.</summary>
    Removal = 2,

    /// <summary>The key's entry, if it has this version, has these times.</summary>
    Times = 3,

    /// <summary>The entries of the key's partition that have one of the tags in the value, and no higher version, are gone.</summary>
    Tags = 4,

    /// <summary>The entries of the key's partition that have no higher version are gone.</summary>
    Clear = 5,

    /// <summary>The owner's entries of a cache have these hashes, by buckets. No key; nothing changes.</summary>
    Digests = 10,

    /// <summary>The owner's entries in some buckets of a cache are these, as hashes. No key; a replica may have to drop some.</summary>
    Listing = 11,
}
