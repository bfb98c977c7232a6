using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>What the process of the socket load is asked to do.</summary>
/// <param name="Kind">Whom to speak to.</param>
/// <param name="Port">Where on this machine it listens.</param>
/// <param name="Load">The load: a caller is a connection, a batch is a pipeline.</param>
/// <param name="Seconds">How long; 0 writes every key of the data set once.</param>
internal sealed record SocketLoadOrder(SideKind Kind, int Port, Load Load, double Seconds);
