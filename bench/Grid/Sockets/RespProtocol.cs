using System.Globalization;
using System.Text;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>Version 2 of Redis' protocol, as far as GET and SET of the data set need it.</summary>
internal sealed class RespProtocol : IWireProtocol
{
    private const int MaxAroundBytes = 96;

    private static readonly byte[] Stored = "+OK\r\n"u8.ToArray();
    private static readonly byte[] GetHead = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*2\r\n$3\r\nGET\r\n${DataSet.KeyBytes}\r\n"));
    private static readonly byte[] SetHead = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*3\r\n$3\r\nSET\r\n${DataSet.KeyBytes}\r\n"));

    private readonly byte[] _value;
    private readonly byte[] _found;

    public RespProtocol(int valueBytes)
    {
        _value = DataSet.Value(valueBytes);
        _found = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${valueBytes}\r\n"));
    }

    public int MaxRequestBytes => _value.Length + MaxAroundBytes;

    public int MaxReplyBytes => _value.Length + MaxAroundBytes;

    public int WriteGet(Span<byte> destination, int key)
    {
        var at = 0;
        WireText.Put(GetHead, destination, ref at);
        WireText.Put(DataSet.KeyText(key), destination, ref at);
        WireText.Put("\r\n"u8, destination, ref at);
        return at;
    }

    public int WriteSet(Span<byte> destination, int key)
    {
        var at = 0;
        WireText.Put(SetHead, destination, ref at);
        WireText.Put(DataSet.KeyText(key), destination, ref at);
        WireText.Put("\r\n"u8, destination, ref at);
        WireText.Put(_found, destination, ref at);
        WireText.Put(_value, destination, ref at);
        WireText.Put("\r\n"u8, destination, ref at);
        return at;
    }

    public int TakeReply(ReadOnlySpan<byte> received) => received switch
    {
        [] => 0,
        [(byte)'+', ..] => WireText.Expect(Stored, 0, received),
        _ => WireText.Expect(_found, _value.Length + "\r\n"u8.Length, received),
    };
}
