using Orleans.Cache.Contracts.Nodes;

namespace Orleans.Cache.Client.Tests.Lanes;

/// <summary>Callers who do what they should not.</summary>
[Collection(nameof(LaneSoakTests))]
public sealed class LaneCallerTests
{
    private const int Many = 24;

    [Fact]
    public async Task CallersWhoBlockTheirThreads_AreAllServed()
    {
        using var client = new LaneFixture();
        client.Door.Answer = EchoLaterAsync;

        var blocked = Enumerable.Range(0, Many).Select(number => Task.Run(() =>
        {
#pragma warning disable xUnit1031, VSTHRD002 // What is tested.
            for (var call = 0; call < 5; call++)
            {
                Assert.Equal($"{number}:{call}", client.GetAsync($"{number}:{call}").GetAwaiter().GetResult());
            }
#pragma warning restore xUnit1031, VSTHRD002
        }));

        await Task.WhenAll(blocked);
    }

    [Fact]
    public async Task CallersWhoNeverLookAtTheirResults_HoldUpNobody()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = BatchBytes.Rented;
        using var client = new LaneFixture();
        client.Door.Answer = EchoLaterAsync;

#pragma warning disable CA2012 // What is tested.
        for (var number = 0; number < 10_000; number++)
        {
            _ = client.Cache.TryGetAsync($"{number}");
        }
#pragma warning restore CA2012

        Assert.Equal("last", await client.GetAsync("last"));
        for (var attempt = 0; attempt < 1_000 && BatchBytes.Rented > before; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10);
        }

        Assert.True(BatchBytes.Rented <= before, $"{BatchBytes.Rented} batches are still rented; {before} were before.");
    }

    private static async Task EchoLaterAsync(ReceivedBatch batch)
    {
        await Task.Yield();
        batch.Echo();
    }
}
