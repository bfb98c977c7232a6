using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Orleans.Cache.TestKit.Processes;

/// <summary>What the shell's <c>kill</c> and Ctrl-C do.</summary>
public static class UnixSignals
{
    /// <summary>What Ctrl-C sends.</summary>
    public const int Interrupt = 2;

    /// <summary>Ends a process at once, without a word.</summary>
    public const int Kill = 9;

    /// <summary>Asks a process to end, as orchestrators do.</summary>
    public const int Terminate = 15;

    /// <summary>Lets a suspended process go on.</summary>
    public const int Continue = 18;

    /// <summary>Suspends a process.</summary>
    public const int Stop = 19;

    private const string CLibrary = "libc";
    private const int Default = 0;

    /// <summary>Sends a signal.</summary>
    /// <exception cref="Win32Exception">There is no such process, or it is somebody else's.</exception>
    public static void Send(int process, int signal)
    {
        if (SendSignal(process, signal) != 0)
        {
            throw new Win32Exception();
        }
    }

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
            _ = SetHandler(Interrupt, Default);
        }
    }

    [DllImport(CLibrary, EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    [DllImport(CLibrary, EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SetHandler(int signal, nint handler);
}
