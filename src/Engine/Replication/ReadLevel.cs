namespace Orleans.Cache.Engine.Replication;

/// <summary>Which copy may answer a read. The numbers go on the wire: append-only.</summary>
internal enum ReadLevel : byte
{
    /// <summary>The owner under its lease: linearizable with writes of concern replicated or majority.</summary>
    Owner = 0,

    /// <summary>Any copy that can prove that it is not staler than the bound.</summary>
    Any = 1,

    /// <summary>As <see cref="Any"/>, from each of several copies: the caller takes the newest answer of a majority.</summary>
    Quorum = 2,

    /// <summary>The owner, or a silo that has a hot copy and may read it: what near caches promise.</summary>
    Hot = 3,
}
