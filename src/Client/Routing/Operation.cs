using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Client.Routing;

/// <summary>One operation of a call, checked against the limits, on its way to a silo. Immutable.</summary>
/// <param name="Header">The operation without its offsets.</param>
/// <param name="Key">The key.</param>
/// <param name="Slot">The key's slot.</param>
/// <param name="Value">The value of a set.</param>
internal readonly record struct Operation(ShardOperation Header, CacheKey Key, Slot Slot, ReadOnlyMemory<byte> Value)
{
    /// <summary>Whether it may be sent again when no answer came: doing it twice comes to the same as once, or the grid knows it again by its id.</summary>
    public bool IsRepeatable => Header.Mark != 0 || DoesNoHarmTwice;

    /// <summary>Whether doing it twice comes to the same as once.</summary>
    public bool DoesNoHarmTwice => Header.Kind switch
    {
        OperationKind.Increment or OperationKind.Commit => false,
        OperationKind.Set or OperationKind.SetTagged => Header.Condition == (byte)CacheConditionKind.None,
        _ => true,
    };

    /// <summary>Whether it is the set that ends a load: its value has a mark in front.</summary>
    public bool IsLoadSet => Header is { IsLoad: true, Kind: OperationKind.Set or OperationKind.SetTagged };

    /// <summary>Whether it may change what others see.</summary>
    public bool IsWrite => Header.Kind is not (OperationKind.Get or OperationKind.Peek or OperationKind.GetRange or OperationKind.Stage or OperationKind.Discard);

    /// <summary>Whether it is a part of the transfer of a large value, which belongs to one silo and is begun again as a whole.</summary>
    public bool IsOfTransfer => Header.Kind is >= OperationKind.GetRange and <= OperationKind.Discard;

    /// <summary>Whether it is sent once, and its caller sees to the rest: what has no answer ends in an error, what moved is answered so.</summary>
    public bool IsOneTry { get; init; }

    /// <summary>Whether the value of a get is to lie in a rented array: see <see cref="PooledValue"/>.</summary>
    public bool IsPooled { get; init; }

    /// <summary>Whether a value that does not come in one piece is not wanted at all.</summary>
    public bool LeavesValue { get; init; }

    /// <summary>What the operation's session has seen of the key's partition; the default if it has no session.</summary>
    public LogPosition Seen { get; init; }

    /// <summary>The header for an attempt that may be a further one.</summary>
    /// <param name="began">When the first was made at the earliest, by the clock's timestamps.</param>
    /// <param name="time">The clock.</param>
    public ShardOperation HeaderSince(long began, TimeProvider time) =>
        Header.Mark == 0 ? Header : Header with { Mark = OperationMark.WithAge(Header.Mark, time.GetElapsedTime(began)) };

    /// <summary>The bytes of key and value.</summary>
    public int PayloadBytes => Header.KeyLength + Value.Length;
}
