using Microsoft.Extensions.Logging;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Snapshots;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Snapshots;

/// <summary>Shows this silo's snapshots to others, and finds and fetches theirs. Safe for any number of threads.</summary>
internal sealed partial class SnapshotExchange(SnapshotPlace place, NodeTopology topology, IGrainFactory grains, ILogger<SnapshotExchange> logger)
{
    private const int ChunkBytes = 512 << 10;

    /// <summary>What this silo has written of some partitions, and can be read as far as its header.</summary>
    public async ValueTask<SnapshotOffer[]> ListAsync(int[] partitions)
    {
        if (!place.IsOn)
        {
            return [];
        }

        // Away from the door's turns: every file is opened.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var asked = partitions.ToHashSet();
        return
        [
            .. place.Folder.List()
                .Where(file => asked.Contains(file.Partition) && place.Folder.IsOwn(file))
                .Select(TryRead)
                .OfType<SnapshotCandidate>()
                .Select(static own => new SnapshotOffer(own.File.Partition, own.File.WrittenAt, own.Point.Began, own.Point.Committed.Epoch, own.Point.Committed.Sequence)),
        ];
    }

    /// <summary>Reads a part of a snapshot that this silo has written; <see langword="null"/> if it cannot be read.</summary>
    public async ValueTask<byte[]?> ReadAsync(int partition, long writtenAt, long offset)
    {
        if (!place.IsOn)
        {
            return null;
        }

        try
        {
            using var file = File.OpenHandle(place.Folder.OwnFile(partition, writtenAt).Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var bytes = new byte[Math.Clamp(RandomAccess.GetLength(file) - offset, 0, ChunkBytes)];
            var length = await RandomAccess.ReadAsync(file, bytes, offset).ConfigureAwait(false);
            return length == bytes.Length ? bytes : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The snapshots of partitions in this silo's folder and at the other silos, for each the one that has most first; and files that are none.</summary>
    public async Task<(ILookup<int, SnapshotCandidate> Candidates, ILookup<int, SnapshotFile> Bad)> FindAsync(IReadOnlySet<int> partitions, CancellationToken cancellationToken)
    {
        var files = place.Folder.List().Where(file => partitions.Contains(file.Partition)).ToArray();
        var here = files.Select(TryRead).OfType<SnapshotCandidate>().ToArray();
        var known = here.Select(static candidate => candidate.File.Name).ToHashSet(StringComparer.Ordinal);
        var others = (topology.Current.Message?.Nodes ?? []).Where(node => !node.Address.Equals(topology.LocalSilo));
        var there = await Task.WhenAll(others.Select(node => ListAsync(node, [.. partitions], cancellationToken)));
        var candidates = here
            .Concat(there.SelectMany(static offers => offers).Where(offer => !known.Contains(offer.File.Name)))
            .OrderByDescending(static candidate => candidate.Point)
            .ThenBy(static candidate => candidate.At is null ? 0 : 1)
            .ToLookup(static candidate => candidate.File.Partition);
        return (candidates, files.Where(file => !known.Contains(file.Name)).ToLookup(static file => file.Partition));
    }

    /// <summary>The silos that were in the grid when the newest snapshot in this silo's folder was written; any of them may have a newer one.</summary>
    public IReadOnlyList<string> FormerSilos() => place.Folder.List().Select(TryReadHeader).FirstOrDefault(static header => header is not null)?.Silos ?? [];

    /// <summary>Copies another silo's snapshot into a file that is gone when its stream is disposed of.</summary>
    /// <exception cref="IOException">It is not there any more, or cannot be written here.</exception>
    public async Task<(SnapshotFile File, FetchedFile Copy)> FetchAsync(SnapshotCandidate candidate, CancellationToken cancellationToken)
    {
        var copy = new FetchedFile(place.Folder.CreateFetched(candidate.File));
        try
        {
            var door = Door(candidate.At!);
            while (true)
            {
                var chunk = await door.ReadSnapshotAsync(candidate.File.Partition, candidate.File.WrittenAt, copy.Stream.Length).AsTask().WaitAsync(cancellationToken)
                    ?? throw new IOException($"silo {candidate.At!.Name} does not have it any more");
                if (chunk.Length == 0)
                {
                    await copy.Stream.FlushAsync(cancellationToken);
                    return (candidate.File with { Path = copy.Stream.Name }, copy);
                }

                await copy.Stream.WriteAsync(chunk, cancellationToken);
            }
        }
        catch
        {
            // Whatever it is, and also when the silo stops: the caller gets the error, and nobody else would remove the file.
            copy.Dispose();
            throw;
        }
    }

    private async Task<IEnumerable<SnapshotCandidate>> ListAsync(NodeDescriptor node, int[] partitions, CancellationToken cancellationToken)
    {
        try
        {
            var offers = await Door(node).ListSnapshotsAsync(partitions).AsTask().WaitAsync(cancellationToken);
            var hash = SnapshotFolder.HashOf(node.Name);
            return offers.Select(offer => new SnapshotCandidate(
                new SnapshotPoint(offer.Began, new LogPosition(offer.Epoch, offer.Sequence), offer.WrittenAt),
                new SnapshotFile(string.Empty, offer.Partition, offer.WrittenAt, hash),
                node));
        }
#pragma warning disable CA1031 // Whatever failed: what that silo has cannot be loaded.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogUnasked(node.Name, exception);
            return [];
        }
    }

    private ISnapshotNode Door(NodeDescriptor node) =>
        grains.GetGrain<ISnapshotNode>(SystemTargetGrainId.Create(GrainType.Create(node.NodeType), node.Address).GrainId);

    private SnapshotCandidate? TryRead(SnapshotFile file) =>
        TryReadHeader(file) is { } header ? new SnapshotCandidate(header.Point, file, At: null) : null;

    private SnapshotHeader? TryReadHeader(SnapshotFile file)
    {
        try
        {
            return file.ReadHeader(topology.Settings.PartitionCount);
        }
        catch (Exception exception) when (exception is SnapshotFileException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(EventIds.SnapshotsUnasked, LogLevel.Warning, "Silo {Silo} could not say which snapshots it has; none of its are loaded.")]
    private partial void LogUnasked(string silo, Exception exception);
}
