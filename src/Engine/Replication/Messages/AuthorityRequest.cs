namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>From a copy to the authority: a proposal, or only the question what is recorded. Both renew an owner's tenure.</summary>
internal sealed class AuthorityRequest
{
    public required CopyId From { get; init; }

    /// <summary>The copy's clock; comes back in the answer.</summary>
    public required long SentAt { get; init; }

    /// <summary>What shall be recorded, if the recorded version is one lower; none to ask only.</summary>
    public Configuration? Proposal { get; init; }
}
