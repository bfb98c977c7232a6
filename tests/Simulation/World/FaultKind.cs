namespace Orleans.Cache.Simulation.World;

/// <summary>What can happen to a grid. The first four are crashes of one process.</summary>
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

    /// <summary>The nodes fall into two groups, the authority on one side; clients reach all.</summary>
    Split,

    /// <summary>Messages are held up, and those of two nodes then cut off, so that what arrives is old.</summary>
    DelayThenCut,

    /// <summary>Two nodes lose each other, meet again for a moment, and lose each other again, while the authority takes its time.</summary>
    Flap,

    /// <summary>Two nodes lose each other, and meet again for a moment just when the second has proposed itself and is not answered yet.</summary>
    MeetWhileProposing,

    /// <summary>A short crash with memory kept, and the two nodes do not find each other afterwards.</summary>
    CrashThenCut,
    Loss,
    Doubling,
    Delay,
    AuthorityAway,
    AuthoritySlow,
    WallClockJump,
    Move,
    Drain,
}
