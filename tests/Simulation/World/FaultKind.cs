namespace Orleans.Cache.Simulation.World;

/// <summary>What can happen to a grid.</summary>
internal enum FaultKind
{
    CrashWithoutMemory,
    CrashWithMemory,
    Sleep,
    SleepInStep,
    CutPair,
    CutOneWay,
    CutFromPeers,
    CutFromAuthority,
    CutFromClients,
    Isolate,
    Loss,
    Doubling,
    Delay,
    AuthorityAway,
    AuthoritySlow,
    WallClockJump,
    Move,
    Drain,
}
