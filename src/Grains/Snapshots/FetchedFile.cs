namespace Orleans.Cache.Grains.Snapshots;

/// <summary>A copy of another silo's snapshot, as long as it is needed.</summary>
internal sealed class FetchedFile(FileStream stream) : IDisposable
{
    public FileStream Stream => stream;

    public void Dispose()
    {
        stream.Dispose();
        File.Delete(stream.Name);
    }
}
