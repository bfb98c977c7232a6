namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>From the authority: what is recorded, after the proposal that this answers was accepted or refused.</summary>
internal sealed class AuthorityReply
{
    public required CopyId To { get; init; }

    /// <summary><see cref="AuthorityRequest.SentAt"/> of what this answers.</summary>
    public required long SentAt { get; init; }

    public required Configuration Recorded { get; init; }
}
