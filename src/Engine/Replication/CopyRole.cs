namespace Orleans.Cache.Engine.Replication;

/// <summary>What a copy is to its partition.</summary>
internal enum CopyRole
{
    /// <summary>It holds nothing, or nothing that anyone counts on: it waits to be filled.</summary>
    Idle = 0,

    /// <summary>It is in sync, as far as it knows.</summary>
    Replica = 1,

    /// <summary>It takes the writes, under its lease.</summary>
    Owner = 2,
}
