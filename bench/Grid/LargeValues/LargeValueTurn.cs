using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.LargeValues;

/// <summary>A turn of small gets alone, and the turn beside the stream of large values that followed it.</summary>
/// <param name="Alone">The small gets alone.</param>
/// <param name="Beside">The small gets beside the stream.</param>
/// <param name="StreamBytesPerSecond">What the stream came to, sets and gets together.</param>
internal sealed record LargeValueTurn(Percentiles Alone, Percentiles Beside, double StreamBytesPerSecond);
