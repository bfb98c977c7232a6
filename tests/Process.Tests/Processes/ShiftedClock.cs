namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>A wall clock of one process that is not the machine's, by Debian's <c>faketime</c>.</summary>
internal static class ShiftedClock
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    private const string LibraryOnArm = "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1";

    /// <summary>Why no process can have another clock here, or <see langword="null"/>. A test is skipped for this reason.</summary>
    public static string? Missing => Path is null ? $"There is no {Library} on this machine: install the package 'faketime'." : null;

    /// <summary>The environment of a process whose clock is an hour ahead. What it measures times with is as it was.</summary>
    public static IReadOnlyDictionary<string, string> AnHourAhead => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Path!,
        ["FAKETIME"] = "+1h",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
    };

    private static string? Path => Array.Find([Library, LibraryOnArm], File.Exists);
}
