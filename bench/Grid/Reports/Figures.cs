using System.Globalization;
using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>How figures are written.</summary>
internal static class Figures
{
    private const string Unknown = "–";

    /// <summary>A number, or a dash where there is none.</summary>
    public static string Text(double? number, string format) => number?.ToString(format, CultureInfo.InvariantCulture) ?? Unknown;

    /// <summary>The ends of a spread.</summary>
    public static string Range(Spread spread) => $"{Ratio(spread.Min)} – {Ratio(spread.Max)}";

    /// <summary>Two digits that count, whatever the size.</summary>
    public static string Ratio(double? ratio) => Text(ratio, ratio < 10 ? "0.00" : "0.0");

    public static string Microseconds(double? time) => Text(time, "N1");
}
