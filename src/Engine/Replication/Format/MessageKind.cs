using Orleans.Cache.Engine.Replication.Messages;

namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>The kinds of <see cref="PeerMessage"/>. The numbers are on the wire: append-only.</summary>
internal enum MessageKind : byte
{
    /// <summary>An <see cref="Messages.Append"/>.</summary>
    Append = 1,

    /// <summary>An <see cref="Messages.AppendAck"/>.</summary>
    AppendAck = 2,

    /// <summary>A <see cref="Messages.ChunkAck"/>.</summary>
    ChunkAck = 3,

    /// <summary>A <see cref="Messages.ConfigurationNotice"/>.</summary>
    ConfigurationNotice = 4,

    /// <summary>A <see cref="Messages.SnapshotChunk"/>.</summary>
    SnapshotChunk = 5,

    /// <summary>A piece of a message that is too large for one packet: see <see cref="FragmentFormat"/>.</summary>
    Fragment = 6,

    /// <summary>A <see cref="Messages.RepairRequest"/>.</summary>
    RepairRequest = 10,
}
