using System.Globalization;

namespace Orleans.Cache.Chaos;

/// <summary>Starts a process with another wall clock than the machine's, by the library of <c>faketime</c> where that is installed.</summary>
internal static class WallClock
{
    private static readonly Lazy<string?> Library = new(static () => Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu").Append("/usr/lib").Append("/usr/local/lib")
            .Select(static folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists)
        : null);

    /// <summary>Why no clock can be shifted, or <see langword="null"/>.</summary>
    public static string? Missing => Library.Value is null ? "faketime is not installed (Debian: apt install faketime), so no process can have another wall clock." : null;

    /// <summary>The words before a command that is to see the wall clock so many seconds off, and the monotonic clock as it is.</summary>
    /// <exception cref="ChaosException">It is not installed.</exception>
    public static IReadOnlyList<string> Prefix(int seconds) =>
    [
        "env",
        $"LD_PRELOAD={Library.Value ?? throw new ChaosException(Missing!)}",
        string.Create(CultureInfo.InvariantCulture, $"FAKETIME={seconds:+0;-0}"),
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
    ];
}
