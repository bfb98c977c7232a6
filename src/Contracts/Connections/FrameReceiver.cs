using System.Diagnostics;
using System.Net.Sockets;

namespace Orleans.Cache.Contracts.Connections;

/// <summary>
/// Receives from a socket that does not block, on a thread of its own. What comes next often comes within microseconds, and a thread that sleeps takes
/// longer to wake: so it looks again for a while first, and lets others have the processor in between. Decision 0031 has the figures.
/// </summary>
internal static class FrameReceiver
{
    /// <summary>No more threads than that look again at the same time: they would keep the processors from those who have work.</summary>
    private static readonly int MaxLooking = Math.Max(1, Environment.ProcessorCount / 2);

    private static readonly long LookingTicks = Stopwatch.Frequency / 40_000;

    private static int _looking;

    /// <summary>Waits for bytes.</summary>
    /// <returns>How many came; 0: the other side has closed the connection.</returns>
    /// <exception cref="SocketException">The connection is broken.</exception>
    /// <exception cref="ObjectDisposedException">It was closed on this side.</exception>
    public static int Receive(Socket socket, Span<byte> to)
    {
        if (TryReceive(socket, to, out var received))
        {
            return received;
        }

        if (TryLook(socket, to, out received))
        {
            return received;
        }

        do
        {
            socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
        }
        while (!TryReceive(socket, to, out received));

        return received;
    }

    private static bool TryLook(Socket socket, Span<byte> to, out int received)
    {
        received = 0;
        try
        {
            if (Interlocked.Increment(ref _looking) > MaxLooking)
            {
                return false;
            }

            var until = Stopwatch.GetTimestamp() + LookingTicks;
            do
            {
                Thread.Yield();
                if (TryReceive(socket, to, out received))
                {
                    return true;
                }
            }
            while (Stopwatch.GetTimestamp() < until);
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _looking);
        }
    }

    private static bool TryReceive(Socket socket, Span<byte> to, out int received)
    {
        received = socket.Receive(to, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => true,
            SocketError.WouldBlock => false,
            _ => throw new SocketException((int)error),
        };
    }
}
