using System.Text;

namespace Orleans.Cache.Grains.Connections;

/// <summary>The names of caches as texts, of which a connection has few: none is made twice. For one thread at a time.</summary>
internal sealed class CacheNames
{
    /// <summary>As many are kept; a client that asks for more names has no use for the others.</summary>
    private const int MaxKept = 64;

    private readonly List<(byte[] Bytes, string Name)> _known = [];

    public string Of(ReadOnlySpan<byte> name)
    {
        foreach (var (known, text) in _known)
        {
            if (name.SequenceEqual(known))
            {
                return text;
            }
        }

        var made = Encoding.UTF8.GetString(name);
        if (_known.Count < MaxKept)
        {
            _known.Add((name.ToArray(), made));
        }

        return made;
    }
}
