namespace Orleans.Cache.Grains.Snapshots;

/// <summary>A copy of another silo's snapshot, as long as it is needed.</summary>
internal sealed class FetchedFile(FileStream stream) : IDisposable
{
    public FileStream Stream => stream;

    public void Dispose()
    {
        stream.Dispose();
        try
        {
            File.Delete(stream.Name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What was loaded counts all the same. The file is removed when the silo starts again.
        }
    }
}
