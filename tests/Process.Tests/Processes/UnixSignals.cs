using System.Globalization;
using System.Runtime.InteropServices;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>What the shell's <c>kill</c> and Ctrl-C do.</summary>
internal static class UnixSignals
{
    public const int Interrupt = 2;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    private const string CLibrary = "libc";
    private const int Default = 0;

    /// <summary>Sends a signal.</summary>
    public static void Send(int process, int signal) => Assert.Equal(0, Kill(process, signal));

    /// <summary>
    /// A shell starts what it runs in the background with Ctrl-C ignored, and that is inherited: a silo started by such a test run would
    /// ignore it too, as it should.
    /// </summary>
    public static void HeedInterrupt()
    {
        const string status = "/proc/self/status";
        const string ignored = "SigIgn:";
        if (File.Exists(status)
            && File.ReadLines(status).FirstOrDefault(static line => line.StartsWith(ignored, StringComparison.Ordinal)) is { } line
            && (ulong.Parse(line[ignored.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (Interrupt - 1))) != 0)
        {
            _ = Signal(Interrupt, Default);
        }
    }

    [DllImport(CLibrary, EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    [DllImport(CLibrary, EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Signal(int signal, nint handler);
}
