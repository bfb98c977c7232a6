using System.Net;
using System.Net.Sockets;

namespace Orleans.Cache.GridBench.Processes;

/// <summary>Finds ports that nobody listens at.</summary>
internal static class FreePorts
{
    /// <summary>Different free loopback ports. Somebody else may still take one before it is used.</summary>
    public static int[] Find(int count)
    {
        // All are held until the last is found, so that they differ.
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            foreach (var listener in listeners)
            {
                listener.Start();
            }

            return [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
            {
                listener.Dispose();
            }
        }
    }
}
