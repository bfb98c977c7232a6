using System.IO.MemoryMappedFiles;

namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>The newest number of each key whose write was acknowledged, in memory that several processes share. Safe for any number of threads; one writes a key.</summary>
internal sealed class Acknowledged : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _numbers;

    /// <param name="path">A file that is made if it is not there.</param>
    /// <param name="keys">How many keys there are.</param>
    public Acknowledged(string path, int keys)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, keys * sizeof(long));
        _numbers = _file.CreateViewAccessor();
    }

    public long this[int key]
    {
        get
        {
            var number = _numbers.ReadInt64(key * sizeof(long));

            // What is read after this was read later.
            Thread.MemoryBarrier();
            return number;
        }

        set
        {
            Thread.MemoryBarrier();
            _numbers.Write(key * sizeof(long), value);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _numbers.Dispose();
        _file.Dispose();
    }
}
