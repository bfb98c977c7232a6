using System.Collections.Concurrent;
using System.Text;
using Orleans.Cache.Client.Lanes;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Client.Tests.Lanes;

/// <summary>Reads that any of two copies may answer, when one of them does not.</summary>
[Collection(nameof(LaneSoakTests))]
public sealed class AnyReadTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(51);

    private readonly LaneFixture _client = new(hasReplica: true);
    private readonly BlockingCollection<(FakeDoor Door, ReceivedBatch Batch)> _received = [];
    private readonly ICache _cache;

    public AnyReadTests()
    {
        Listen(_client.Door);
        Listen(_client.Replica);
        _cache = _client.Cache.WithOptions(new CacheCallOptions { ReadLevel = CacheReadLevel.Any });
    }

    [Fact]
    public async Task Reads_AreSpreadOverTheCopies_OwnerReadsAreNot()
    {
        for (var read = 0; read < 100; read++)
        {
            var any = _cache.GetAsync("key", TestContext.Current.CancellationToken).AsTask();
            Next().Batch.Echo();
            await any;
        }

        Assert.InRange(_client.Replica.Count, 1, 99);
        var before = _client.Replica.Count;
        var one = _client.Cache.GetAsync("key", TestContext.Current.CancellationToken).AsTask();
        Next().Batch.Echo();
        await one;
        Assert.Equal(before, _client.Replica.Count);
    }

    [Fact]
    public async Task Copy_ThatManyReadsWaitFor_IsNotChosen_HoweverFewOfThemAreSent()
    {
        // The owner has two small batches in flight, and ten reads wait for one of them to return.
        var waiting = Enumerable.Range(0, 12).Select(_ => _client.GetAsync("k", TestContext.Current.CancellationToken)).ToList();

        // Fewer than that, of more bytes than what the owner was sent.
        waiting.AddRange(Enumerable.Range(0, 6).Select(_ => ReadAsync(isMany: false)));

        var atOwner = new List<string>();
        for (var answered = 0; answered < waiting.Count;)
        {
            var (door, batch) = Next();
            atOwner.AddRange(door == _client.Door ? batch.Keys : []);
            answered += batch.Operations.Count;
            batch.Echo();
        }

        await Task.WhenAll(waiting);
        Assert.DoesNotContain("key", atOwner);
        Assert.Equal(12, atOwner.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_ThatDoesNotAnswer_IsLeftForTheOther(bool isMany)
    {
        var read = ReadAsync(isMany);
        var slow = Next();

        _client.Time.Advance(Patience);

        var other = Next();
        Assert.NotSame(slow.Door, other.Door);
        other.Batch.Echo();
        Assert.Equal("key", await read);
        slow.Batch.Echo();

        // Nor is it asked next.
        var next = ReadAsync(isMany);
        var third = Next();
        third.Batch.Echo();
        Assert.Equal("key", await next);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_WhoseConnectionBreaks_IsLeftForTheOther(bool isMany)
    {
        var read = ReadAsync(isMany);
        var broken = Next();

        broken.Batch.Lose();

        var other = Next();
        Assert.NotSame(broken.Door, other.Door);
        other.Batch.Echo();
        Assert.Equal("key", await read);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_ThatRefuses_LeavesItToTheOwner(bool isMany)
    {
        for (var round = 0; round < 20; round++)
        {
            var read = ReadAsync(isMany);
            var first = Next();
            if (first.Door == _client.Replica)
            {
                first.Batch.EchoExcept(static _ => OperationStatus.Moved);
                first = Next();
                Assert.Same(_client.Door, first.Door);
            }

            first.Batch.Echo();
            Assert.Equal("key", await read);
        }

        Assert.True(_client.Replica.Count > 0);
    }

    [Fact]
    public async Task Read_ThatNobodyAnswers_EndsWithItsTime()
    {
        var read = ReadAsync(isMany: false);

        // As often as it is asked again, however late.
        await Poll.UntilAsync(() =>
        {
            _client.Time.Advance(Patience);
            while (_received.TryTake(out _, TimeSpan.FromMilliseconds(5)))
            {
            }

            return read.IsCompleted;
        });

        await Assert.ThrowsAsync<CacheUnavailableException>(() => read);
    }

    [Fact]
    public void SlowestHundredth_IsWhereOneInAHundredIsAbove()
    {
        var times = new SlowestHundredth(1000);
        var random = new Random(5);
        for (var answer = 0; answer < 200_000; answer++)
        {
            times.Add(random.Next(10_000));
        }

        Assert.InRange(times.Value, 9_000, 11_000);
    }

    public void Dispose()
    {
        _client.Dispose();
        _received.Dispose();
    }

    private async Task<string?> ReadAsync(bool isMany)
    {
        var entry = isMany
            ? (await _cache.GetManyAsync(["key"], TestContext.Current.CancellationToken).ConfigureAwait(false))[0]
            : await _cache.TryGetAsync("key", TestContext.Current.CancellationToken).ConfigureAwait(false);
        return entry.Found ? Encoding.UTF8.GetString(entry.Value.Span) : null;
    }

    private (FakeDoor Door, ReceivedBatch Batch) Next() => _received.TryTake(out var received, TimeSpan.FromSeconds(30))
        ? received
        : throw new TimeoutException("No batch came.");

    private void Listen(FakeDoor door) => door.Answer = batch =>
    {
        _received.Add((door, batch));
        return Task.CompletedTask;
    };
}
