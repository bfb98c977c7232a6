namespace Orleans.Cache.Engine.Topology;

/// <summary>What the newest run of a silo is to the grid. The numbers are stored: append-only.</summary>
internal enum TopologyNodeState : byte
{
    /// <summary>It holds its part of the grid.</summary>
    Joined = 1,

    /// <summary>It gives its partitions away, to stop when it has none.</summary>
    Leaving = 2,

    /// <summary>It left, and will not come back: what it still held is gone.</summary>
    Left = 3,

    /// <summary>The membership has declared it dead.</summary>
    Dead = 4,
}
