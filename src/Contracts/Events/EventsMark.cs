namespace Orleans.Cache.Contracts.Events;

/// <summary>What a message of events says besides. The numbers are on the wire: append-only.</summary>
public enum EventsMark
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The silo stops: this run sends no more.</summary>
    Last,

    /// <summary>The silo goes on with another stream; its door says which.</summary>
    Moved,
}
