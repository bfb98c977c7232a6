using Orleans.Cache.GridBench.Measurements;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>What the process of the socket load came to.</summary>
internal sealed record SocketLoadResult(long Operations, double Seconds, Percentiles Latency, double ProcessorSeconds);
