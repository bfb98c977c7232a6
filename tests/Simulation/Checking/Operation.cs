using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Simulation.World;

namespace Orleans.Cache.Simulation.Checking;

/// <summary>An operation as its caller saw it.</summary>
internal sealed class Operation
{
    public required int Session { get; init; }

    /// <summary>Unique in the session.</summary>
    public long Number { get; init; }

    public required int Key { get; init; }

    public required SimCommand Command { get; init; }

    public required ReadLevel Level { get; init; }

    /// <summary>Whether the caller left out what its session has seen: then the answer owes it nothing.</summary>
    public bool IsWithoutSession { get; init; }

    public WriteConcern Concern { get; init; }

    /// <summary>When it was called, in the order of everything.</summary>
    public long Invoke { get; set; }

    /// <summary>When its outcome was known.</summary>
    public long Return { get; set; }

    public long InvokeTime { get; set; }

    public long ReturnTime { get; set; }

    public Outcome Outcome { get; set; }

    public SimEntry Result { get; set; }

    public LogPosition Position { get; set; }

    public int Copies { get; set; }

    public bool IsRead => Command.Kind == CommandKind.Get;

    /// <summary>Whether it must be in line with all others: reads of the owner, and writes that more than the owner has.</summary>
    public bool IsLinearizable => IsRead ? Level == ReadLevel.Owner : Concern != WriteConcern.Owner;

    public override string ToString()
    {
        var asked = Command.Kind == CommandKind.Get ? $"Get({Level})" : $"{Command.Kind}({Command.Value}{(Command.Kind == CommandKind.SetIfEqual ? $" if {Command.Expected}" : "")}, {Concern})";
        var told = Outcome != Outcome.Done ? Outcome.ToString() : Result.IsPresent ? $"{(IsRead || Result.IsDone ? "" : "no: ")}{Result.Value} v{Result.Version}" : "absent";
        return $"client {Session} key {Key} {asked} -> {told} at {Position} [{Invoke}, {Return}] {InvokeTime / 1000}..{ReturnTime / 1000} ms";
    }
}
