using Orleans.Cache.Engine.Topology;
using Orleans.Cache.Grains.Topology;

namespace Orleans.Cache.Cluster.Tests.Topology;

/// <summary>A store in memory that is slow, fails, loses answers and carries out writes late, all by a seed.</summary>
internal sealed class FaultyStore(TimeProvider time, Random random) : ITopologyStore
{
    private StoredTopology? _stored;

    /// <summary>How many calls in a hundred go wrong.</summary>
    public int FaultsPerCent { get; set; }

    /// <summary>What is stored.</summary>
    public TopologyDocument? Document { get; private set; }

    public long Version => _stored?.Version ?? 0;

    /// <summary>Writes that were refused, because somebody else had written.</summary>
    public int Refused { get; private set; }

    /// <summary>Writes that were carried out, and whose caller was told otherwise.</summary>
    public int LostAnswers { get; private set; }

    /// <summary>Called when a document takes the place of another.</summary>
    public Action<TopologyDocument?, TopologyDocument>? Stored { get; set; }

    public async ValueTask<StoredTopology?> ReadAsync(CancellationToken cancellationToken)
    {
        await WayAsync();
        FailSometimes();
        var stored = _stored;
        await WayAsync();
        FailSometimes();
        return stored;
    }

    public async ValueTask<bool> TryWriteAsync(ReadOnlyMemory<byte> content, long expectedVersion, CancellationToken cancellationToken)
    {
        var bytes = content.ToArray();
        await WayAsync();
        FailSometimes();
        if (Version != expectedVersion)
        {
            Refused++;
            await WayAsync();
            return false;
        }

        var before = Document;
        _stored = new StoredTopology(expectedVersion + 1, bytes);
        Document = TopologyDocumentFormat.Read(bytes);
        Stored?.Invoke(before, Document);
        await WayAsync();
        if (random.Next(100) < FaultsPerCent)
        {
            LostAnswers++;
            throw new IOException("The answer was lost.");
        }

        return true;
    }

    /// <summary>Usually short, and sometimes far beyond what the caller waits for.</summary>
    private Task WayAsync() => Task.Delay(
        TimeSpan.FromMilliseconds(random.Next(100) < FaultsPerCent ? random.Next(5000) : random.Next(1, 8)), time);

    private void FailSometimes()
    {
        if (random.Next(100) < FaultsPerCent)
        {
            throw new IOException("The store is away.");
        }
    }
}
