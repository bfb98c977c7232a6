namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>Tells another copy a configuration that the authority has recorded, so that it need not ask.</summary>
internal sealed class ConfigurationNotice : PeerMessage
{
    public required Configuration Configuration { get; init; }

    /// <summary>Of who has handed the partition over to the receiver; none else.</summary>
    public HandoverTimes? Handover { get; init; }
}
