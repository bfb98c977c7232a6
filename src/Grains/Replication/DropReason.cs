namespace Orleans.Cache.Grains.Replication;

/// <summary>Why a message was not sent. Copies send again what matters.</summary>
internal enum DropReason
{
    /// <summary>A beat that made room for something else.</summary>
    Beat = 0,

    /// <summary>The queue is full.</summary>
    Full = 1,

    /// <summary>The silo did not answer a short while ago, or has left.</summary>
    Unreachable = 2,

    /// <summary>No silo of that number is in the grid, as far as this one knows.</summary>
    Unknown = 3,

    /// <summary>No message may be as large.</summary>
    TooLarge = 4,

    /// <summary>It arrived, but was meant for another silo or run.</summary>
    Misdirected = 5,

    /// <summary>It arrived and cannot be read; with all that came with it.</summary>
    Malformed = 6,
}
