using System.Buffers;
using System.Text;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>What a process has written to one of its outputs so far. Safe for any number of threads.</summary>
internal sealed class CapturedStream
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public CapturedStream(Stream source) => End = ReadAsync(source);

    /// <summary>Completes when the process has closed the output.</summary>
    public Task End { get; }

    public byte[] Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes.WrittenSpan.ToArray();
            }
        }
    }

    public string Text => Encoding.UTF8.GetString(Bytes);

    private async Task ReadAsync(Stream source)
    {
        var buffer = new byte[4096];
        while (await source.ReadAsync(buffer) is var read and > 0)
        {
            lock (_lock)
            {
                _bytes.Write(buffer.AsSpan(0, read));
            }
        }
    }
}
