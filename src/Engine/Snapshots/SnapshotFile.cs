using System.Globalization;

namespace Orleans.Cache.Engine.Snapshots;

/// <summary>A snapshot file by its name, which says what it should be; what it is its header says.</summary>
/// <param name="Path">The whole path.</param>
/// <param name="Partition">Of which partition.</param>
/// <param name="WrittenAt">The header's wall clock.</param>
/// <param name="SiloHash">Which silo wrote it: several may use one folder.</param>
internal sealed record SnapshotFile(string Path, int Partition, long WrittenAt, uint SiloHash)
{
    public const string Extension = ".snapshot";
    private const string Prefix = "partition-";

    /// <summary>The file's name, by which it is known wherever it lies.</summary>
    public string Name => NameOf(Partition, WrittenAt, SiloHash);

    public static string NameOf(int partition, long writtenAt, uint siloHash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{partition:D5}-{writtenAt:x12}-{siloHash:x8}{Extension}");

    /// <summary>Reads a name.</summary>
    /// <returns><see langword="null"/> if it is not one of a snapshot.</returns>
    public static SnapshotFile? TryParse(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(Extension, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = name[Prefix.Length..^Extension.Length].Split('-');
        return parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var writtenAt)
            && uint.TryParse(parts[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var silo)
                ? new SnapshotFile(path, partition, writtenAt, silo)
                : null;
    }

    /// <summary>Reads only what the file says of itself.</summary>
    /// <inheritdoc cref="Open"/>
    public SnapshotHeader ReadHeader(int partitionCount)
    {
        var reader = Open(partitionCount, out var stream);
        using (stream)
        {
            return reader.Header;
        }
    }

    /// <summary>Opens the file for reading, and checks that it is what its name says.</summary>
    /// <exception cref="SnapshotFileException">It is not.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public SnapshotFileReader Open(int partitionCount, out FileStream stream)
    {
        stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 16, FileOptions.SequentialScan);
        try
        {
            var reader = new SnapshotFileReader(stream);
            var header = reader.Header;
            SnapshotFormat.Check(header.PartitionCount == partitionCount, $"it is of a grid of {header.PartitionCount} partitions, and this one has {partitionCount}");
            SnapshotFormat.Check(header.Partition == Partition && header.Point.WrittenAt == WrittenAt, $"it is of partition {header.Partition}, and its name says otherwise: it was renamed");
            return reader;
        }
        catch
        {
            // Whatever it is, the caller gets the error and not the stream.
            stream.Dispose();
            throw;
        }
    }
}
