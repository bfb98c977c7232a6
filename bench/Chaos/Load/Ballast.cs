using System.Globalization;
using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Load;

/// <summary>Entries that only lie there: written once, moved about by what happens to the grid, and looked for whenever it is whole.</summary>
internal sealed class Ballast(IStore store, Record record, int entries, int valueBytes)
{
    private const int AtOnce = 256;

    /// <summary>Writes all of them, before anything happens.</summary>
    public Task FillAsync(CancellationToken cancellationToken) =>
        ForAllAsync(async (key, number) => await store.SetAsync(key, Payload.Of(key, number, valueBytes), timeToLive: null), cancellationToken);

    /// <summary>Reads all of them, and counts those that are not as they were written.</summary>
    public Task CheckAsync(CancellationToken cancellationToken) => ForAllAsync(
        async (key, number) =>
        {
            if (await store.GetAsync(key) is not { } value)
            {
                record.Add(ViolationKind.Lost, key, "ballast", "nothing");
                record.AddLostSlot(Slot.Of(key));
            }
            else if (Payload.NumberOf(key, value.Span) != number)
            {
                record.Add(ViolationKind.Corrupt, key, "ballast", "another value");
            }
        },
        cancellationToken);

    private async Task ForAllAsync(Func<string, int, ValueTask> act, CancellationToken cancellationToken) => await Parallel.ForEachAsync(
        Enumerable.Range(0, entries),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (number, _) => await act(string.Create(CultureInfo.InvariantCulture, $"b{number}"), number));
}
