namespace Orleans.Cache.GridBench.Sockets;

/// <summary>How one server is spoken to. For any number of threads.</summary>
internal interface IWireProtocol
{
    /// <summary>No request is longer.</summary>
    int MaxRequestBytes { get; }

    /// <summary>No reply is longer.</summary>
    int MaxReplyBytes { get; }

    /// <summary>Writes a request to read a key of the data set.</summary>
    /// <returns>How many bytes it has.</returns>
    int WriteGet(Span<byte> destination, int key);

    /// <summary>Writes a request to write a key of the data set.</summary>
    /// <returns>How many bytes it has.</returns>
    int WriteSet(Span<byte> destination, int key);

    /// <summary>Looks at the reply that stands first in what was received.</summary>
    /// <returns>How many bytes it has; 0 as long as it is not complete.</returns>
    /// <exception cref="BenchException">It is an error, or the key is not there, or its value has another length.</exception>
    int TakeReply(ReadOnlySpan<byte> received);
}
