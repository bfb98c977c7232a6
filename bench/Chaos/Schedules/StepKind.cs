namespace Orleans.Cache.Chaos.Schedules;

/// <summary>What is done to a grid.</summary>
internal enum StepKind
{
    /// <summary>SIGKILL.</summary>
    Kill,

    /// <summary>SIGTERM, and until it has ended.</summary>
    Stop,

    /// <summary>SIGSTOP.</summary>
    Suspend,

    /// <summary>SIGCONT.</summary>
    Resume,

    /// <summary>Start under the same name, at the same place.</summary>
    Restart,

    /// <summary>As <see cref="Restart"/>, with a wall clock so many seconds off.</summary>
    RestartWithClock,

    /// <summary>One silo more.</summary>
    Add,

    /// <summary>The others neither hear the silo nor are heard by it.</summary>
    Cut,

    /// <summary>The others do not hear the silo; it hears them.</summary>
    CutOneWay,

    /// <summary>The silo does not hear the database.</summary>
    CutDatabase,

    /// <summary>The silo loses so many percent of the packets that arrive.</summary>
    Lose,

    /// <summary>All ways are mended.</summary>
    Heal,

    /// <summary>Until the grid is whole.</summary>
    Settle,
}
