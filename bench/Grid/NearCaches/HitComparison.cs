using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Reports;

namespace Orleans.Cache.GridBench.NearCaches;

/// <summary>Hits of a near cache, and of a dictionary in the same turns.</summary>
internal sealed class HitComparison(NearGrid grid, int repeat, TimeSpan duration)
{
    private const int Keys = 10_000;
    private const int Stretch = 1000;
    private const double UndisturbedPart = 0.1;

    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(static key => $"session:{key:0000000000000000}")];
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _dictionary = new(StringComparer.Ordinal);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var writer = grid.Writer(NearGrid.Bounded);
        var cache = grid.Subscriber(0, NearGrid.Bounded);
        foreach (var key in _keys)
        {
            _dictionary[key] = new byte[100];
            await writer.SetAsync(key, new byte[100], default, cancellationToken);
        }

        foreach (var key in _keys)
        {
            await NearGrid.BringNearAsync(cache, key, cancellationToken);
        }

        var table = new MarkdownTable("threads", "near ns", "undisturbed", "bytes allocated", "dictionary ns", "undisturbed", "near / dictionary", "least – most", "reads per second");
        foreach (var threads in new[] { 1, Environment.ProcessorCount })
        {
            var near = new List<Turn>();
            var dictionary = new List<Turn>();
            for (var turn = 0; turn <= repeat; turn++)
            {
                near.Add(await RunAsync(threads, key => Read(cache, key)));
                dictionary.Add(await RunAsync(threads, key => _dictionary[key].Length));
            }

            near.RemoveAt(0);
            dictionary.RemoveAt(0);
            var ratio = Spread.Of(near.Zip(dictionary, static (left, right) => left.Nanoseconds / right.Nanoseconds));
            table.Add(
                threads.ToString(CultureInfo.InvariantCulture),
                Number(Spread.Of(near.Select(static turn => turn.Nanoseconds)).Median, "0.0"),
                Number(Spread.Of(near.Select(static turn => turn.Undisturbed)).Median, "0.0"),
                Number(Spread.Of(near.Select(static turn => turn.Bytes)).Median, "0.00"),
                Number(Spread.Of(dictionary.Select(static turn => turn.Nanoseconds)).Median, "0.0"),
                Number(Spread.Of(dictionary.Select(static turn => turn.Undisturbed)).Median, "0.0"),
                Number(ratio.Median, "0.00"),
                $"{Number(ratio.Min, "0.00")} – {Number(ratio.Max, "0.00")}",
                Number(Spread.Of(near.Select(turn => 1e9 * threads / turn.Nanoseconds)).Median, "N0"));
        }

        return table.ToString();
    }

    private async Task<Turn> RunAsync(int threads, Func<string, int> read)
    {
        var turns = await Task.WhenAll(Enumerable.Range(0, threads).Select(number => Task.Factory.StartNew(
            () => Run(number, read), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return new Turn(turns.Average(static turn => turn.Nanoseconds), turns.Average(static turn => turn.Undisturbed), turns.Average(static turn => turn.Bytes));
    }

    private Turn Run(int number, Func<string, int> read)
    {
        var stretches = new LatencyHistogram();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        var reads = 0L;
        var next = (uint)number * 7919;
        for (var bytes = 0L; Stopwatch.GetElapsedTime(started) < duration; reads += Stretch)
        {
            var begun = Stopwatch.GetTimestamp();
            for (var index = 0; index < Stretch; index++)
            {
                // Any order that the processor does not foresee.
                next = (next * 1_664_525) + 1_013_904_223;
                bytes += read(_keys[(int)((next >> 8) % Keys)]);
            }

            stretches.Record(Stopwatch.GetTimestamp() - begun);
            if (bytes == 0)
            {
                throw new BenchException("Keys that are near were read as empty: the near cache is broken.");
            }
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        var undisturbed = 1000 * stretches.Percentile(UndisturbedPart) / Stretch;
        return new Turn(elapsed.TotalNanoseconds / reads, undisturbed, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)reads);
    }

    private static int Read(ICache cache, string key)
    {
        var read = cache.TryGetAsync(key);
        if (read.IsCompletedSuccessfully)
        {
            // Not awaited, because nothing has to be: that is what is measured.
            return read.GetAwaiter().GetResult().Value.Length;
        }

        // News were late: the read went to the grid.
        _ = read.AsTask();
        return 1;
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <param name="Nanoseconds">What a read took, whatever else the machine did.</param>
    /// <param name="Undisturbed">What it took in the fastest tenth of the stretches, which other work on the machine disturbed least.</param>
    /// <param name="Bytes">What a read allocated.</param>
    private readonly record struct Turn(double Nanoseconds, double Undisturbed, double Bytes);
}
