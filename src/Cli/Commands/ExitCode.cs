namespace Orleans.Cache.Cli.Commands;

/// <summary>What the shell learns. Scripts rely on it: append-only, guarded by CommandLineTests.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>A miss, a condition that failed, or a request that is at fault.</summary>
    Refused = 1,

    /// <summary>The grid cannot be reached, or did not answer.</summary>
    Unreachable = 2,

    /// <summary>Ended by Ctrl-C, by the shells' convention.</summary>
    Interrupted = 130,
}
