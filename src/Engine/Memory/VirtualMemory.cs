using System.Runtime.InteropServices;

namespace Orleans.Cache.Engine.Memory;

/// <summary>
/// Memory straight from the operating system: reserved in one piece, resident only where it was written, given back page by page. The
/// garbage collector never sees it. Safe for any number of threads.
/// </summary>
internal static unsafe partial class VirtualMemory
{
    private const int ProtectReadWrite = 3;
    private const int MapPrivate = 2;
    private const int AdviseDontNeed = 4;
    private const int AdviseHugePage = 14;
    private const uint WindowsReserveCommit = 0x3000;
    private const uint WindowsDecommit = 0x4000;
    private const uint WindowsCommit = 0x1000;
    private const uint WindowsRelease = 0x8000;
    private const uint WindowsReadWrite = 4;
    private const nint Failed = -1;

    /// <summary>The size of a page: mappings are multiples of it.</summary>
    public static int PageBytes { get; } = Environment.SystemPageSize;

    /// <summary>Maps zeroed memory that becomes resident as it is touched.</summary>
    /// <returns>The address, or 0 when the system refuses.</returns>
    public static nint Map(nint bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            return VirtualAlloc(0, bytes, WindowsReserveCommit, WindowsReadWrite);
        }

        // Anonymous and without swap reserved: a budget may be larger than what is free now.
        var anonymous = OperatingSystem.IsMacOS() ? 0x1040 : 0x4020;
        var address = MemoryMap(0, bytes, ProtectReadWrite, MapPrivate | anonymous, -1, 0);
        return address == Failed ? 0 : address;
    }

    /// <summary>Unmaps what <see cref="Map"/> gave.</summary>
    public static void Unmap(nint address, nint bytes)
    {
        _ = OperatingSystem.IsWindows() ? VirtualFree(address, 0, WindowsRelease) : MemoryUnmap(address, bytes);
    }

    /// <summary>Gives the pages' memory back; they stay mapped and read as zero. Whole pages only.</summary>
    public static void Release(nint address, nint bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            _ = VirtualFree(address, bytes, WindowsDecommit);
            _ = VirtualAlloc(address, bytes, WindowsCommit, WindowsReadWrite);
        }
        else
        {
            _ = MemoryAdvise(address, bytes, AdviseDontNeed);
        }
    }

    /// <summary>Asks for huge pages.</summary>
    /// <returns>Whether the system knows them; it may give small ones even so.</returns>
    public static bool PreferHugePages(nint address, nint bytes) =>
        OperatingSystem.IsLinux() && MemoryAdvise(address, bytes, AdviseHugePage) == 0;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MemoryMap(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(nint address, nint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(nint address, nint length, int advice);

    [LibraryImport("kernel32")]
    private static partial nint VirtualAlloc(nint address, nint length, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualFree(nint address, nint length, uint type);
}
