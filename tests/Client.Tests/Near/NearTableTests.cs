using Orleans.Cache.Client.Near;

namespace Orleans.Cache.Client.Tests.Near;

/// <summary>The table of near copies, and which of them go.</summary>
public sealed class NearTableTests
{
    [Fact]
    public void Table_FindsWhatIsInIt_AlsoWhenItHasGrown()
    {
        var table = new NearTable();
        var entries = Enumerable.Range(0, 5000).Select(static number => Entry((ulong)number * 1024)).ToArray();
        foreach (var entry in entries)
        {
            table.Add(entry);
        }

        Assert.All(entries, entry => Assert.Same(entry, table.Find(entry.Hash)));
        Assert.Equal(entries.Length, table.All().Count());
        foreach (var entry in entries.Where(static entry => entry.Hash % 2048 == 0))
        {
            Assert.True(table.Remove(entry));
            Assert.False(table.Remove(entry));
        }

        Assert.All(entries, entry => Assert.Equal(entry.Hash % 2048 != 0, table.Find(entry.Hash) is not null));
        Assert.Null(table.Find(7));
    }

    [Fact]
    public async Task Table_IsReadWhileItIsWritten()
    {
        var table = new NearTable();
        var stays = Enumerable.Range(0, 500).Select(static number => Entry((ulong)number)).ToArray();
        Array.ForEach(stays, table.Add);
        using var enough = new CancellationTokenSource();
        var reader = Task.Run(
            () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    foreach (var entry in stays)
                    {
                        // One may be missed while the table grows, but never another found.
                        Assert.True(table.Find(entry.Hash) is not { } found || found.Hash == entry.Hash);
                    }
                }
            },
            TestContext.Current.CancellationToken);
        for (var round = 0; round < 200; round++)
        {
            var others = Enumerable.Range(0, 500).Select(number => Entry((ulong)(1000 + (round * 500) + number))).ToArray();
            Array.ForEach(others, table.Add);
            Array.ForEach(others, other => Assert.True(table.Remove(other)));
        }

        await enough.CancelAsync();
        await reader;
        Assert.All(stays, entry => Assert.Same(entry, table.Find(entry.Hash)));
    }

    [Fact]
    public void Queues_LetGoOfWhatIsNotUsed_AndKeepWhatIs()
    {
        var queues = new NearQueues(maxEntries: 10, maxBytes: long.MaxValue);
        var used = Enumerable.Range(0, 5).Select(static number => Entry((ulong)number)).ToArray();
        Array.ForEach(used, queues.Add);
        for (var number = 5; number < 200; number++)
        {
            Array.ForEach(used, static entry => entry.NoteUse());
            queues.Add(Entry((ulong)number));
            while (queues.IsFull)
            {
                Assert.DoesNotContain(queues.Next(), used);
            }
        }

        Assert.Equal(10, queues.Count);
        Assert.Equal(10 * used[0].Size, queues.Bytes);
    }

    [Fact]
    public void Queues_OfEntriesThatAreGone_StayShort()
    {
        var queues = new NearQueues(maxEntries: 10, maxBytes: 2000);
        for (var number = 0; number < 100_000; number++)
        {
            var entry = Entry(1);
            queues.Add(entry);
            queues.Remove(entry);
            queues.Remove(entry);
        }

        Assert.Equal(0, queues.Count);
        Assert.Equal(0, queues.Bytes);
        for (var number = 0; number < 20; number++)
        {
            queues.Add(Entry((ulong)number));
            while (queues.IsFull)
            {
                queues.Next();
            }
        }

        Assert.InRange(queues.Bytes, 1, 2000);
    }

    private static NearEntry Entry(ulong hash) => new("key", "value"u8)
    {
        Hash = hash,
        Version = 1,
        Partition = 0,
        Stamp = 1,
        Clears = 0,
        TagRemovals = -1,
        IsNull = false,
        LoadCost = 0,
        Sliding = NearSliding.No,
    };
}
