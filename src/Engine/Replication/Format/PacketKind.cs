namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>What a packet is full of. The numbers are on the wire: append-only.</summary>
internal enum PacketKind : byte
{
    /// <summary>What copies say to each other.</summary>
    Messages = 1,

    /// <summary>What copies ask the authority.</summary>
    Requests = 2,

    /// <summary>What the authority answers.</summary>
    Replies = 3,
}
