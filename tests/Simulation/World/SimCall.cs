using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Simulation.Checking;

namespace Orleans.Cache.Simulation.World;

/// <summary>An operation under way, and its attempts.</summary>
internal sealed class SimCall(int partition, Operation operation, long deadline)
{
    public int Partition { get; } = partition;

    public Operation Operation { get; } = operation;

    public long Deadline { get; } = deadline;

    /// <summary>What the session had seen before the first attempt.</summary>
    public LogPosition Since { get; set; }

    /// <summary>The attempts that were not answered, and when in the order of things each was sent.</summary>
    public Dictionary<long, long> Attempts { get; } = [];

    public int AttemptsSent { get; set; }

    public bool IsUncertain { get; set; }

    public bool PrefersOwner { get; set; }

    public int Votes { get; set; }

    public ClientReply Best { get; set; }

    public long FirstInvoke { get; set; }

    public Action<bool>? Done { get; init; }
}
