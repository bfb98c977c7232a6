namespace Orleans.Cache.Engine.Replication.Messages;

/// <summary>The answer to one attempt.</summary>
internal readonly struct ClientReply
{
    public required long Id { get; init; }

    /// <summary>The request's.</summary>
    public object? Waiter { get; init; }

    public required ReplyStatus Status { get; init; }

    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>How many copies in sync have the write; 1 is the owner alone.</summary>
    public int Copies { get; init; }

    /// <summary>For the caller's session: what it has seen by this reply.</summary>
    public LogPosition Position { get; init; }

    /// <summary>The owner, as far as this copy knows.</summary>
    public CopyId Owner { get; init; }
}
