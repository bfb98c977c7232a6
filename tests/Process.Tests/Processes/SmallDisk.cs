using System.Diagnostics;
using System.Globalization;
using SystemProcess = System.Diagnostics.Process;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>A disk of some megabytes, in memory.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <returns><see langword="null"/> where no disk can be mounted.</returns>
    public static SmallDisk? TryMount(int megabytes)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return null;
        }

        var disk = new SmallDisk(Directory.CreateTempSubdirectory("small-disk-").FullName);
        if (Run("mount", "-t", "tmpfs", "-o", Size(megabytes), "tmpfs", disk.Path))
        {
            return disk;
        }

        Directory.Delete(disk.Path);
        return null;
    }

    public void Resize(int megabytes) => Assert.True(Run("mount", "-o", $"remount,{Size(megabytes)}", Path));

    public void Dispose()
    {
        // Also while a process that was killed has files there still.
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static string Size(int megabytes) => string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m");

    private static bool Run(string program, params string[] arguments)
    {
        using var process = SystemProcess.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
