namespace Orleans.Cache.Contracts.Connections;

/// <summary>What a silo says to a client that asks for a data connection. The numbers are on the wire: append-only.</summary>
internal enum GreetingAnswer : byte
{
    /// <summary>Requests may come.</summary>
    Accepted = 0,

    /// <summary>The client does not have this silo's key.</summary>
    WrongKey = 1,

    /// <summary>The client speaks a version that the silo does not.</summary>
    UnknownVersion = 2,

    /// <summary>The silo has as many data connections as it may.</summary>
    TooMany = 3,
}
