using Orleans.Cache.Engine.Snapshots;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Grains.Snapshots;

/// <summary>Where this silo's snapshots are, if it has any. Checked before the silo starts.</summary>
internal sealed class SnapshotPlace(NodeSettings settings) : IConfigurationValidator
{
    private readonly SnapshotFolder? _folder = settings.Snapshots.Folder is { } path ? new SnapshotFolder(path, settings.Name) : null;

    public CacheSnapshotOptions Options => settings.Snapshots;

    public bool IsOn => _folder is not null;

    /// <summary>The folder, where <see cref="IsOn"/>.</summary>
    public SnapshotFolder Folder => _folder ?? throw new InvalidOperationException("The silo has no snapshots.");

    /// <summary>Makes sure that the silo can write there.</summary>
    /// <exception cref="CacheGridStartException">It cannot.</exception>
    public void ValidateConfiguration()
    {
        try
        {
            _folder?.Prepare();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CacheGridStartException(
                $"Cache:Snapshots:Folder is '{_folder!.Path}', where this silo cannot write: {exception.Message.TrimEnd('.')}. Let the silo's user make files there, name another folder, or leave it out for no snapshots.");
        }
    }
}
