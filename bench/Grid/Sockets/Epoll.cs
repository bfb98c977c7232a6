using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>
/// Linux' epoll for one thread: the lightest way to wait for many sockets, and the one that <c>redis-benchmark</c> uses. Sockets of .NET
/// alone would take a thread or a callback on the thread pool for each, and the processor time would be the load's.
/// </summary>
internal sealed class Epoll : IDisposable
{
    private const int Add = 1;
    private const int Modify = 3;
    private const uint In = 1;
    private const uint Out = 4;
    private const int MaxEvents = 256;
    private const int Interrupted = 4;

    // The kernel packs the structure on x64 only: 32 bits of flags, then 64 of our own.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventBytes = DataOffset + 8;

    private readonly byte[] _events = new byte[MaxEvents * EventBytes];
    private readonly int _descriptor;

    public Epoll()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BenchException("The benchmark's own load over sockets needs Linux.");
        }

        _descriptor = Checked(epoll_create1(0));
    }

    /// <summary>From now on tells when there is something to read.</summary>
    public void Watch(Socket socket, int number) => Control(Add, socket, number, In);

    /// <summary>Also tells, or no longer, when there is room to write.</summary>
    public void WatchRoom(Socket socket, int number, bool watch) => Control(Modify, socket, number, watch ? In | Out : In);

    /// <summary>Waits until sockets are ready, and writes their numbers.</summary>
    /// <returns>How many are ready; 0 when the time is over.</returns>
    public int Wait(Span<int> numbers, int milliseconds)
    {
        var count = epoll_wait(_descriptor, _events, Math.Min(MaxEvents, numbers.Length), milliseconds);
        if (count < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
            return 0;
        }

        for (var index = 0; index < Checked(count); index++)
        {
            numbers[index] = MemoryMarshal.Read<int>(_events.AsSpan((index * EventBytes) + DataOffset));
        }

        return count;
    }

    public void Dispose() => _ = close(_descriptor);

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    private void Control(int operation, Socket socket, int number, uint flags)
    {
        var change = new byte[EventBytes];
        MemoryMarshal.Write(change, flags);
        MemoryMarshal.Write(change.AsSpan(DataOffset), number);
        Checked(epoll_ctl(_descriptor, operation, (int)socket.Handle, change));
    }

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // The names are libc's, which is always where it is; nothing needs marshalling.
    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int descriptor, byte[] change);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, byte[] events, int maxEvents, int milliseconds);

    [DllImport("libc")]
    private static extern int close(int descriptor);
#pragma warning restore IDE1006, SYSLIB1054, CA5392
}
