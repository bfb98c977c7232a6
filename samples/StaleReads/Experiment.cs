using System.Diagnostics;

namespace Orleans.Cache.StaleReads;

/// <summary>One server changes a price again and again; the other one reads it right after each change, and a little later.</summary>
internal static class Experiment
{
    private const string Product = "umbrella";
    private const int Reads = 100_000;

    public static readonly TimeSpan Later = TimeSpan.FromMilliseconds(20);

    public static async Task<Outcome> RunAsync(IPrices seller, IPrices window, int changes)
    {
        await seller.SetAsync(Product, 0);
        var (atOnce, later) = (0, 0);
        for (var price = 1; price <= changes; price++)
        {
            // So that the window may have the price of before near.
            await window.GetAsync(Product);
            await seller.SetAsync(Product, price);
            if (await window.GetAsync(Product) == price)
            {
                continue;
            }

            atOnce++;
            await Task.Delay(Later);
            later += await window.GetAsync(Product) == price ? 0 : 1;
        }

        var started = Stopwatch.GetTimestamp();
        for (var read = 0; read < Reads; read++)
        {
            await window.GetAsync(Product);
        }

        return new Outcome(atOnce, later, Stopwatch.GetElapsedTime(started).TotalNanoseconds / Reads);
    }

    /// <param name="StaleAtOnce">How often an old price was read though the new one was acknowledged.</param>
    /// <param name="StaleLater">How often still after <see cref="Later"/>.</param>
    /// <param name="ReadNanoseconds">What a read of an unchanged price takes.</param>
    internal readonly record struct Outcome(int StaleAtOnce, int StaleLater, double ReadNanoseconds);
}
