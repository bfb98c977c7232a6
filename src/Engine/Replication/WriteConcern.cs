namespace Orleans.Cache.Engine.Replication;

/// <summary>How many copies have a write before it is acknowledged. The numbers go on the wire: append-only.</summary>
internal enum WriteConcern : byte
{
    /// <summary>The owner; the others get it behind. Lost if the owner is lost before that.</summary>
    Owner = 0,

    /// <summary>Every copy in sync; the reply says how many those are, and that may be the owner alone.</summary>
    Replicated = 1,

    /// <summary>Every copy in sync, and those are a majority of the copies that the partition should have; refused while they are not.</summary>
    Majority = 2,
}
