using System.Globalization;
using System.Text;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>The meta commands of memcached (1.6 or later), which say least: only the value comes back.</summary>
internal sealed class MemcachedProtocol : IWireProtocol
{
    private const int MaxAroundBytes = 64;

    private static readonly byte[] Stored = "HD\r\n"u8.ToArray();

    private readonly byte[] _value;
    private readonly byte[] _found;
    private readonly byte[] _setTail;

    public MemcachedProtocol(int valueBytes)
    {
        var length = valueBytes.ToString(CultureInfo.InvariantCulture);
        _value = DataSet.Value(valueBytes);
        _found = Encoding.ASCII.GetBytes($"VA {length}\r\n");
        _setTail = Encoding.ASCII.GetBytes($" {length}\r\n");
    }

    public int MaxRequestBytes => _value.Length + MaxAroundBytes;

    public int MaxReplyBytes => _value.Length + MaxAroundBytes;

    public int WriteGet(Span<byte> destination, int key)
    {
        var at = 0;
        WireText.Put("mg "u8, destination, ref at);
        WireText.Put(DataSet.KeyText(key), destination, ref at);
        WireText.Put(" v\r\n"u8, destination, ref at);
        return at;
    }

    public int WriteSet(Span<byte> destination, int key)
    {
        var at = 0;
        WireText.Put("ms "u8, destination, ref at);
        WireText.Put(DataSet.KeyText(key), destination, ref at);
        WireText.Put(_setTail, destination, ref at);
        WireText.Put(_value, destination, ref at);
        WireText.Put("\r\n"u8, destination, ref at);
        return at;
    }

    public int TakeReply(ReadOnlySpan<byte> received) => received switch
    {
        [] => 0,
        [(byte)'H', ..] => WireText.Expect(Stored, 0, received),
        _ => WireText.Expect(_found, _value.Length + "\r\n"u8.Length, received),
    };
}
