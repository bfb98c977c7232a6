using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Cache.Engine.Copies;
using Orleans.Cache.TestKit;
using Orleans.TestingHost;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>Sessions, from clients and grains to silos, one of which hears late of what is written.</summary>
public sealed class SessionTests
{
    private static readonly CacheCallOptions Any = new() { ReadLevel = CacheReadLevel.Any, WriteConcern = CacheWriteConcern.Owner };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadsOfASession_SeeItsWrites_ThoughTheNearestCopyHasNot()
    {
        await using var grid = await StartAsync();
        var slow = grid.Cluster.Silos[1];
        var keys = await KeysOnAsync(grid, grid.Cluster.Silos[0]);
        await WriteAsync(grid.Grid.GetCache().WithOptions(Any), keys, "old");
        await WaitUntilReadAsync(grid.GridOf(slow).GetCache().WithOptions(Any), keys, "old");

        // A beat of the owner may be on its way still: what is lost must be what is written now.
        using var deafness = slow.ServiceProvider.GetRequiredService<DeafSink>().Deafen();
        var session = new CacheSession();
        await WriteAsync(grid.Grid.GetCache().WithOptions(Any).WithSession(session), keys, "new");

        // The session goes to another process as text. There is a copy there, and it still says what was.
        var there = grid.GridOf(slow).GetCache().WithOptions(Any);
        var token = CacheSessionToken.Parse(session.Token.ToString());
        Assert.Equal("old", await TextOfAsync(there, keys[0]));
        Assert.Equal("new", await TextOfAsync(there.WithSession(token), keys[0]));
        Assert.All(await there.WithSession(token).GetManyAsync(keys, Cancelled), static entry => Assert.Equal("new"u8, entry.Value.Span));

        // And by the client outside, which asks either silo.
        var outside = grid.Grid.GetCache().WithOptions(Any).WithSession(session);
        foreach (var key in keys)
        {
            Assert.Equal("new", await TextOfAsync(outside, key));
        }

        deafness.Dispose();
        await WaitUntilReadAsync(there, keys, "new");
    }

    [Fact]
    public async Task WhatASessionHasRead_ItDoesNotReadOlder()
    {
        await using var grid = await StartAsync();
        var slow = grid.Cluster.Silos[1];
        var key = (await KeysOnAsync(grid, grid.Cluster.Silos[0]))[0];
        await WriteAsync(grid.Grid.GetCache().WithOptions(Any), [key], "old");
        await WaitUntilReadAsync(grid.GridOf(slow).GetCache().WithOptions(Any), [key], "old");
        using var deafness = slow.ServiceProvider.GetRequiredService<DeafSink>().Deafen();
        await grid.Grid.GetCache().WithOptions(Any).RemoveAsync(key, Cancelled);

        // A miss counts as well: somebody else has removed the entry.
        var session = new CacheSession();
        Assert.Null(await TextOfAsync(grid.GridOf(grid.Cluster.Silos[0]).GetCache().WithSession(session), key));

        var there = grid.GridOf(slow).GetCache().WithOptions(Any);
        Assert.Equal("old", await TextOfAsync(there, key));
        Assert.Null(await TextOfAsync(there.WithSession(session), key));
    }

    [Fact]
    public async Task StartedSession_GoesAlongToGrains()
    {
        await using var grid = await StartAsync();
        var key = (await KeysOnAsync(grid, grid.Cluster.Silos[0]))[0];
        var client = grid.Grid;
        using (var session = client.StartSession())
        {
            await client.GetCache().SetAsync(key, "1", cancellationToken: Cancelled);
            Assert.Equal(1, session.Token.Count);
            Assert.Same(session, client.CurrentSession);

            var grain = grid.Cluster.Client.GetGrain<ISessionGrain>(1);
            Assert.Equal(session.Token.ToString(), await grain.TokenAsync());

            // What the grain sees it sees in a session of its own.
            var there = await grain.WriteAsync(key.ToString());
            Assert.NotEqual(session.Token, CacheSessionToken.Parse(there));
            session.Add(CacheSessionToken.Parse(there));
            using (var inner = client.StartSession(session.Token))
            {
                Assert.Equal("there", await TextOfAsync(client.GetCache(), key));
                Assert.Same(inner, client.CurrentSession);
            }

            Assert.Same(session, client.CurrentSession);
        }

        Assert.Null(client.CurrentSession);
        Assert.Equal(string.Empty, await grid.Cluster.Client.GetGrain<ISessionGrain>(2).TokenAsync());
    }

    [Fact]
    public async Task SessionOfManyOperations_IsNotedOfEach()
    {
        await using var grid = await StartAsync();
        var session = new CacheSession();
        var cache = grid.Grid.GetCache().WithSession(session);
        CacheKey[] keys = [.. Enumerable.Range(0, 500).Select(static key => (CacheKey)$"many{key}")];

        await cache.SetManyAsync([.. keys.Select(static key => new CacheSetItem(key, "v"u8.ToArray()))], Cancelled);
        var partitions = keys.Select(static key => Slot.Of(key).PartitionOf(GridFixture.PartitionCount)).Distinct().Count();
        Assert.Equal(partitions, session.Token.Count);
        var written = session.Token;
        Assert.Equal(3, await cache.IncrementAsync("count", 3, cancellationToken: Cancelled));
        Assert.NotEqual(written, session.Token);

        // Large values too, which are sent and read in chunks.
        var large = new byte[900_000];
        large[^1] = 9;
        var before = session.Token;
        await cache.SetAsync("large", large, cancellationToken: Cancelled);
        Assert.NotEqual(before, session.Token);
        foreach (var silo in grid.Cluster.GetActiveSilos())
        {
            var reader = new CacheSession(session.Token);
            var there = grid.GridOf(silo).GetCache().WithOptions(Any).WithSession(reader);
            Assert.Equal(large, (await there.GetAsync("large", Cancelled))!.Value.ToArray());
            Assert.Equal(500, (await there.GetManyAsync(keys, Cancelled)).Count(static entry => entry.Found));

            // It has seen all of that, wherever it was told.
            Assert.Equal(reader.Token, reader.Token.Merge(session.Token));
        }
    }

    [Fact]
    public async Task Session_OutlivesTheOwnerOfWhatItHasWritten()
    {
        await using var grid = await StartAsync(silos: 3, losesSilos: true);
        var session = new CacheSession();
        var cache = grid.Grid.GetCache().WithOptions(new CacheCallOptions { ReadLevel = CacheReadLevel.Any, Session = session });
        CacheKey[] keys = [.. Enumerable.Range(0, 100).Select(static key => (CacheKey)$"key{key}")];
        await WriteAsync(cache, keys, "kept");

        await grid.Cluster.KillSiloAsync(grid.Cluster.Silos[^1]);

        foreach (var key in keys)
        {
            Assert.Equal("kept", await TextOfAsync(cache, key));
        }

        await grid.WaitForSilosAsync(2);
        await WriteAsync(cache, keys, "later");
        Assert.All(await cache.GetManyAsync(keys, Cancelled), static entry => Assert.Equal("later"u8, entry.Value.Span));
    }

    private static Task<GridFixture> StartAsync(short silos = 2, bool losesSilos = false) =>
        GridFixture.StartAsync(silos, configureSilo: static silo => DeafSink.Add(silo), losesSilos: losesSilos);

    /// <summary>Keys whose partitions a silo owns.</summary>
    private static async Task<CacheKey[]> KeysOnAsync(GridFixture grid, InProcessSiloHandle silo)
    {
        var copies = silo.ServiceProvider.GetRequiredService<PartitionCopies>();
        var keys = Enumerable.Range(0, 1000).Select(static key => (CacheKey)string.Create(CultureInfo.InvariantCulture, $"key{key}"));
        var owned = keys.Where(key => copies.StatusOf(Slot.Of(key).PartitionOf(GridFixture.PartitionCount)).IsServing).Take(20).ToArray();
        await grid.Grid.GetTopologyAsync(Cancelled);
        Assert.Equal(20, owned.Length);
        return owned;
    }

    private static async Task WriteAsync(ICache cache, CacheKey[] keys, string value)
    {
        foreach (var key in keys)
        {
            await cache.SetAsync(key, System.Text.Encoding.UTF8.GetBytes(value), cancellationToken: Cancelled);
        }
    }

    private static async Task WaitUntilReadAsync(ICache cache, CacheKey[] keys, string value)
    {
        foreach (var key in keys)
        {
            await Poll.ForAsync(() => TextOfAsync(cache, key), text => text == value);
        }
    }

    private static async Task<string?> TextOfAsync(ICache cache, CacheKey key) =>
        await cache.GetAsync(key, Cancelled) is { } value ? System.Text.Encoding.UTF8.GetString(value.Span).Trim('"') : null;
}
