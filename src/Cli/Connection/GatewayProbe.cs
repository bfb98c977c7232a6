using System.Net.Sockets;

namespace Orleans.Cache.Cli.Connection;

/// <summary>
/// Finds out quickly which gateways accept connections. The client itself keeps trying for much longer than a person at a prompt waits.
/// </summary>
internal static class GatewayProbe
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    /// <summary>The gateways that accept a TCP connection within two seconds, in the order given.</summary>
    public static async Task<IReadOnlyList<GatewayAddress>> FindAnsweringAsync(
        IReadOnlyList<GatewayAddress> gateways, CancellationToken cancellationToken)
    {
        using var budget = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        budget.CancelAfter(Budget);
        var answers = await Task.WhenAll(gateways.Select(gateway => AnswersAsync(gateway, budget.Token)));
        cancellationToken.ThrowIfCancellationRequested();
        return [.. gateways.Where((_, index) => answers[index])];
    }

    private static async Task<bool> AnswersAsync(GatewayAddress gateway, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();

            // A host name is looked up on the way, and a resolver may not honour the token: the wait must end all the same.
            await client.ConnectAsync(gateway.Host, gateway.Port, cancellationToken).AsTask().WaitAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
