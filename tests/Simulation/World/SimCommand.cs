namespace Orleans.Cache.Simulation.World;

/// <summary>What clients ask of the simulated store.</summary>
internal enum CommandKind : byte
{
    Get = 0,
    Set = 1,
    SetIfAbsent = 2,
    SetIfEqual = 3,
    Remove = 4,
    Increment = 5,
}

/// <summary>An operation on a key.</summary>
internal readonly record struct SimCommand(CommandKind Kind, int Key, long Value, long Expected);
