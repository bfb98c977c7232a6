namespace Orleans.Cache.Simulation.Checking;

/// <summary>What a caller knows of its operation at the end.</summary>
internal enum Outcome
{
    /// <summary>Perhaps done, now or later.</summary>
    Unknown = 0,

    /// <summary>Done, with a result.</summary>
    Done = 1,

    /// <summary>Surely not done.</summary>
    NotDone = 2,
}
