namespace Orleans.Cache.Engine.Replication.Format;

/// <summary>
/// Puts together the messages that one silo sends in pieces, one after the other. A message of which a piece is missing is lost: copies send
/// again. Not thread-safe.
/// </summary>
internal sealed class FragmentAssembler
{
    /// <summary>No message has more bytes.</summary>
    public const int MostBytes = 100_000_000;

    private const int FirstBytes = 4 << 20;

    private byte[] _whole = [];
    private long _transfer = -1;
    private int _length;
    private int _received;

    /// <summary>When the first piece of the last message had come.</summary>
    public long BeganAt { get; private set; }

    /// <summary>Adds a piece.</summary>
    /// <returns>The whole, which is the caller's from now on, if this was its last one; else nothing.</returns>
    public ReadOnlyMemory<byte> Add(long transfer, int whole, int offset, ReadOnlySpan<byte> piece, long arrival)
    {
        if (offset == 0)
        {
            (_transfer, _length, _received, _whole, BeganAt) = (transfer, whole, 0, [], arrival);
        }

        if (transfer != _transfer || whole != _length || offset != _received)
        {
            Drop();
            return default;
        }

        Reserve(offset + piece.Length);
        piece.CopyTo(_whole.AsSpan(offset));
        _received += piece.Length;
        if (_received < _length)
        {
            return default;
        }

        var complete = _whole.AsMemory(0, _length);
        Drop();
        return complete;
    }

    /// <summary>Forgets what has come of a message.</summary>
    public void Drop() => (_transfer, _whole) = (-1, []);

    /// <summary>What a sender says of the length is believed only so far as its pieces come.</summary>
    private void Reserve(int bytes)
    {
        if (bytes > _whole.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(_length, Math.Max(bytes, Math.Max(FirstBytes, _whole.Length * 4L))));
            _whole.AsSpan(0, _received).CopyTo(larger);
            _whole = larger;
        }
    }
}
