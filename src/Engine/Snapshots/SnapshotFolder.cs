using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>The files of a folder, of which this silo writes some. Several silos may use one folder. Safe for any number of threads.</summary>
internal sealed partial class SnapshotFolder(string path, string silo)
{
    private const string Temporary = ".tmp";
    private const string Fetched = ".fetched";

    private readonly uint _siloHash = HashOf(silo);

    public string Path => path;

    /// <summary>What stands for a silo in the names of its files.</summary>
    public static uint HashOf(string silo) => XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(silo));

    /// <summary>All snapshots, newest first. A name that is none of a snapshot is left alone.</summary>
    public IReadOnlyList<SnapshotFile> List()
    {
        var folder = new DirectoryInfo(path);
        return folder.Exists
            ? [.. folder.EnumerateFiles("*" + SnapshotFile.Extension)
                .Select(static file => SnapshotFile.TryParse(file.FullName))
                .OfType<SnapshotFile>()
                .OrderByDescending(static file => file.WrittenAt)
                .ThenBy(static file => file.Name, StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Whether this silo has written a file.</summary>
    public bool IsOwn(SnapshotFile file) => file.SiloHash == _siloHash;

    /// <summary>Finds a snapshot that this silo wrote.</summary>
    public SnapshotFile OwnFile(int partition, long writtenAt) => new(FinalPath(partition, writtenAt), partition, writtenAt, _siloHash);

    /// <summary>Makes the folder, removes what this silo left half-written, and makes sure that it can write there.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not.</exception>
    public void Prepare()
    {
        Directory.CreateDirectory(path);
        foreach (var left in new[] { SnapshotFile.Extension + Temporary, Fetched }.SelectMany(end => Directory.EnumerateFiles(path, $"*-{_siloHash:x8}{end}")))
        {
            File.Delete(left);
        }

        var probe = System.IO.Path.Combine(path, $"probe-{_siloHash:x8}{Temporary}");
        using (File.Create(probe, bufferSize: 1, FileOptions.DeleteOnClose))
        {
            // That it can be made is all.
        }
    }

    /// <summary>Begins a file for the bytes of another silo's snapshot. It is read, and then dropped.</summary>
    public FileStream CreateFetched(SnapshotFile theirs) =>
        new(System.IO.Path.Combine(path, $"{theirs.Name}-{_siloHash:x8}{Fetched}"), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Begins a file, under a name that nobody loads.</summary>
    public FileStream Create(int partition, long writtenAt) =>
        new(FinalPath(partition, writtenAt) + Temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);

    /// <summary>Gives a file that was written its name, when its bytes are on the disk. <see cref="Sync"/> makes the name last.</summary>
    public void Keep(FileStream written, int partition, long writtenAt)
    {
        written.Flush(flushToDisk: true);
        written.Dispose();
        File.Move(written.Name, FinalPath(partition, writtenAt), overwrite: true);
    }

    /// <summary>Drops a file that was begun.</summary>
    public static void Drop(FileStream begun)
    {
        begun.Dispose();
        try
        {
            File.Delete(begun.Name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is removed when the silo starts again; until then the next file of the partition has another name.
        }
    }

    /// <summary>Waits until the names of files are on the disk too.</summary>
    public void Sync()
    {
        if (OperatingSystem.IsWindows())
        {
            // There a rename is in the journal of the file system.
            return;
        }

        var folder = Open(path, flags: 0);
        var failed = folder < 0 || FSync(folder) != 0 ? Marshal.GetLastPInvokeError() : 0;
        _ = folder < 0 ? 0 : Close(folder);
        if (failed != 0)
        {
            throw new IOException($"the names of the files in {path} could not be made to last: error {failed}");
        }
    }

    /// <summary>Deletes this silo's files of a partition but the newest ones. Never what another silo wrote.</summary>
    public void Prune(IEnumerable<SnapshotFile> filesOfPartition, int keep)
    {
        foreach (var file in filesOfPartition.Where(IsOwn).OrderByDescending(static file => file.WrittenAt).Skip(keep))
        {
            File.Delete(file.Path);
        }
    }

    private string FinalPath(int partition, long writtenAt) => System.IO.Path.Combine(path, SnapshotFile.NameOf(partition, writtenAt, _siloHash));

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
