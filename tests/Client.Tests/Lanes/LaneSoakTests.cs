using System.Globalization;
using System.Text;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Batches;

namespace Orleans.Cache.Client.Tests.Lanes;

/// <summary>Calls, cancellations, losses and moves at random: nobody gets another's answer, nothing stays rented, every call ends.</summary>
/// <remarks>Batches are counted for the whole process, so the other tests with lanes must not run at the same time.</remarks>
[Collection(nameof(LaneSoakTests))]
public sealed class LaneSoakTests
{
    private const int Callers = 32;
    private const int CallsEach = 2_000;

    [Fact]
    public async Task EveryCall_EndsWithItsOwnAnswerOrATypedError()
    {
        // A test before this one may have left a batch that something holds on to still.
        await CollectAsync(static () => BatchBytes.Rented == 0);
        var before = BatchBytes.Rented;
        using var client = new LaneFixture(static options => options.Retries.BudgetBurst = 1_000_000);
        client.Door.Answer = client.Relayed.Answer = AnswerAsync;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(client, caller))));

        Assert.Equal(Callers * CallsEach, outcomes.Sum(static outcome => outcome.Right + outcome.Cancelled + outcome.Unknown));
        Assert.True(outcomes.Sum(static outcome => outcome.Right) > Callers * CallsEach / 2);
        Assert.True(outcomes.Sum(static outcome => outcome.Cancelled) > 0);
        Assert.True(outcomes.Sum(static outcome => outcome.Unknown) > 0);
        Assert.True(await CollectAsync(() => BatchBytes.Rented <= before), $"{BatchBytes.Rented} batches are still rented; {before} were before.");
    }

    private static async Task AnswerAsync(ReceivedBatch batch)
    {
        if (Random.Shared.Next(2) == 0)
        {
            await Task.Yield();
        }

        switch (Random.Shared.Next(20))
        {
            case 0:
                batch.Lose();
                break;
            case 1:
                batch.Refuse(BatchOutcome.WrongSilo);
                break;
            case 2:
                batch.EchoExcept(static _ => Random.Shared.Next(3) == 0 ? OperationStatus.Moved : OperationStatus.Done);
                break;
            case 3:
                batch.EchoExcept(static key => HasId(key) && Random.Shared.Next(3) == 0 ? OperationStatus.Forgotten : OperationStatus.Done);
                break;
            default:
                batch.Echo();
                break;
        }
    }

    /// <summary>Whether the key is one that is set if it is absent, which is sent again only under its id.</summary>
    private static bool HasId(string key) => int.Parse(key.AsSpan(key.IndexOf(':', StringComparison.Ordinal) + 1).TrimEnd("abc"), CultureInfo.InvariantCulture) % 5 == 1;

    private static async Task<(int Right, int Cancelled, int Unknown)> CallAsync(LaneFixture client, int caller)
    {
        var (right, cancelled, unknown) = (0, 0, 0);
        for (var number = 0; number < CallsEach; number++)
        {
            using var cancellation = new CancellationTokenSource();
            try
            {
                var key = $"{caller}:{number}";
                var call = CallAsync(client, key, number % 5, cancellation.Token);
                if (number % 7 == 0)
                {
                    await cancellation.CancelAsync();
                }

                Assert.Equal(key, await call);
                right++;
            }
            catch (OperationCanceledException) when (number % 7 == 0)
            {
                cancelled++;
            }
            catch (CacheOutcomeUnknownException) when (number % 5 == 1)
            {
                unknown++;
            }
        }

        return (right, cancelled, unknown);
    }

    private static async Task<string> CallAsync(LaneFixture client, string key, int kind, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case 0:
                var entries = await client.Cache.GetManyAsync([$"{key}a", $"{key}b", $"{key}c"], cancellationToken);
                Assert.Equal([$"{key}a", $"{key}b", $"{key}c"], entries.Select(static entry => Encoding.UTF8.GetString(entry.Value.Span)));
                return key;
            case 1:
                await client.Cache.SetAsync(key, new byte[3], new CacheSetOptions { Condition = CacheCondition.IfAbsent }, cancellationToken);
                return key;
            case 2:
                using (var value = await client.Cache.GetPooledAsync(key, cancellationToken))
                {
                    return Encoding.UTF8.GetString(value!.Memory.Span);
                }

            default:
                return (await client.GetAsync(key, cancellationToken))!;
        }
    }

    private static async Task<bool> CollectAsync(Func<bool> isDone)
    {
        for (var attempt = 0; attempt < 100 && !isDone(); attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10);
        }

        return isDone();
    }
}
