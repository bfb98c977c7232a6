using System.Text.Json.Serialization;
using Orleans.Cache.GridBench.Scenarios;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>What the process of the socket load is asked to do.</summary>
/// <param name="Kind">Whom to speak to.</param>
/// <param name="Port">Where on this machine it listens.</param>
/// <param name="Load">The load: a caller is a connection.</param>
/// <param name="Seconds">How long; 0 writes every key of the data set once.</param>
internal sealed record SocketLoadOrder(SideKind Kind, int Port, Load Load, double Seconds)
{
    /// <summary>How many requests a connection sends at once. A message of the echo carries a whole batch, those of a server one key.</summary>
    [JsonIgnore]
    public int Pipeline => Kind == SideKind.SocketEcho ? 1 : Load.Batch;
}
