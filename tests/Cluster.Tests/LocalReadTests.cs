using System.Collections.Immutable;

namespace Orleans.Cache.Cluster.Tests;

/// <summary>Gets in the process of a silo: what lies there comes without a message, the rest the usual way, and both look the same.</summary>
public sealed class LocalReadTests : IAsyncLifetime
{
    private const int Keys = 700;
    private const int LargeBytes = 2 << 20;

    private GridFixture _grid = null!;
    private ICache _inside = null!;
    private ICache _outside = null!;

    public async ValueTask InitializeAsync()
    {
        _grid = await GridFixture.StartAsync(silos: 2, static (_, options) => options.Limits = new CacheLimits { MaxValueBytes = 4 << 20 }, seesBatches: true);
        _inside = _grid.GridOf(_grid.Cluster.Silos[0]).GetCache();
        _outside = _grid.Grid.GetCache();
    }

    public ValueTask DisposeAsync() => _grid.DisposeAsync();

    [Theory]
    [InlineData(typeof(CacheKey[]))]
    [InlineData(typeof(List<CacheKey>))]
    [InlineData(typeof(ImmutableList<CacheKey>))]
    public async Task GetMany_OfKeysHereAndElsewhere_FindsWhatAClientOutsideFinds(Type listType)
    {
        var keys = await FillAsync();
        IReadOnlyList<CacheKey> list = listType == typeof(CacheKey[]) ? keys : listType == typeof(List<CacheKey>) ? keys.ToList() : keys.ToImmutableList();

        var entries = new CacheEntry[keys.Length];
        var found = await _inside.GetManyAsync(list, entries);

        var expected = await _outside.GetManyAsync(keys);
        Assert.Equal(Keys, found);
        Assert.Equal(Keys, expected.Count(static entry => entry.Found));
        for (var index = 0; index < keys.Length; index++)
        {
            Assert.Equal(expected[index].Found, entries[index].Found);
            Assert.Equal(expected[index].Version, entries[index].Version);
            Assert.True(expected[index].Value.Span.SequenceEqual(entries[index].Value.Span), keys[index].ToString());
            Assert.Equal(expected[index].TimeToLive is null, entries[index].TimeToLive is null);
        }
    }

    [Fact]
    public async Task GetMany_AgainInTheSameArray_ForgetsWhatIsGone()
    {
        CacheKey[] keys = [.. Enumerable.Range(0, 40).Select(static number => new CacheKey($"again:{number}"))];
        await _inside.SetManyAsync([.. keys.Select(static key => new CacheSetItem(key, new byte[] { 1 }))]);
        var entries = new CacheEntry[keys.Length];
        Assert.Equal(keys.Length, await _inside.GetManyAsync(keys, entries));

        await _inside.RemoveManyAsync(keys);

        Assert.Equal(0, await _inside.GetManyAsync(keys, entries));
        Assert.All(entries, static entry => Assert.Equal(default, entry));
    }

    [Fact]
    public async Task GetsOfWhatIsHere_SendNothing()
    {
        var keys = await FillAsync();
        var here = new List<CacheKey>();
        foreach (var key in keys.Take(100))
        {
            if ((await _inside.LocateAsync(key)).Owner == _grid.Cluster.Silos[0].Name)
            {
                here.Add(key);
            }
        }

        _grid.ForgetCalls();
        Assert.NotEmpty(here);
        Assert.Equal(here.Count, (await _inside.GetManyAsync(here.ToArray())).Count(static entry => entry.Found));
        foreach (var key in here)
        {
            Assert.True((await _inside.TryGetAsync(key)).Found);
        }

        Assert.DoesNotContain(_grid.Calls, static call => call.Method == "ExecuteAsync");
    }

    [Fact]
    public async Task BadInput_IsRefusedAsOutside()
    {
        CacheKey[] empty = ["good", default];
        CacheKey[] tooLong = ["good", new string('k', 2000)];
        CacheKey[] malformed = ["good", "bad\ud800"];
        CacheKey[] tooMany = [.. Enumerable.Range(0, 10_001).Select(static number => new CacheKey($"{number}"))];
        foreach (var keys in new[] { empty, tooLong, malformed, tooMany })
        {
            var inside = await Assert.ThrowsAsync<CacheRequestException>(async () => await _inside.GetManyAsync(keys));
            var outside = await Assert.ThrowsAsync<CacheRequestException>(async () => await _outside.GetManyAsync(keys));
            Assert.Equal(outside.Message, inside.Message);
        }

        await Assert.ThrowsAsync<CacheRequestException>(async () => await _inside.TryGetAsync(default(CacheKey)));
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await _inside.GetManyAsync(["good"], new CancellationToken(canceled: true)));
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await _inside.TryGetAsync("good", new CancellationToken(canceled: true)));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _inside.GetManyAsync(["good"], Memory<CacheEntry>.Empty));
    }

    /// <summary>Entries of all sizes, some that expire, and between them keys that are not there.</summary>
    private async Task<CacheKey[]> FillAsync()
    {
        var items = Enumerable.Range(0, Keys).Select(static number => new CacheSetItem(
            number % 3 == 0 ? new CacheKey(BitConverter.GetBytes(0x0102030405060708 + number)) : $"key:{number}",
            Bytes(number % 350 == 7 ? LargeBytes : number % 97),
            number % 2 == 0 ? default : new CacheSetOptions { TimeToLive = TimeSpan.FromHours(1) })).ToArray();
        await _outside.SetManyAsync(items);
        return [.. items.Select(static item => item.Key).Concat(Enumerable.Range(0, 50).Select(static number => new CacheKey($"missing:{number}")))];
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
