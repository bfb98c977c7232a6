using System.Net.Sockets;
using Orleans.Cache.Contracts.Connections;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Grains.Nodes;

namespace Orleans.Cache.Grains.Connections;

/// <summary>Executes what comes over one data connection, and sends the replies: see docs/formats/data-connection.md.</summary>
internal sealed class DataConnectionServer : IDisposable
{
    /// <summary>Larger requests are executed by other threads, so that those behind them need not wait.</summary>
    private const int MaxBytesInPlace = 32 << 10;

    private readonly Socket _socket;
    private readonly BatchExecutor _executor;
    private readonly FrameSender<BatchReply> _replies;
    private readonly CacheNames _names = new();

    /// <summary>Takes over a connection that was accepted.</summary>
    public DataConnectionServer(Socket socket, BatchExecutor executor)
    {
        _socket = socket;
        _executor = executor;
        _replies = new FrameSender<BatchReply>(
            socket,
            static (to, id, reply) => DataConnectionFormat.WriteReplyHead(to, id, reply),
            static reply => reply.Results?.Memory ?? default,
            static reply => reply.Results?.Dispose(),
            _ => End());
    }

    /// <summary>Serves until the connection ends.</summary>
    /// <exception cref="InvalidDataException">Something came that is no request.</exception>
    public void Run()
    {
        using var buffer = new FrameBuffer(DataConnectionFormat.RequestHeadBytes);
        try
        {
            while (FrameReceiver.Receive(_socket, buffer.Room()) is > 0 and var received)
            {
                buffer.Advance(received);
                while (buffer.TryTake(out var frame))
                {
                    // A client that does not read its replies gets no further ones.
                    _replies.WaitForRoom();
                    Take(frame);
                }
            }
        }
        finally
        {
            End();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _replies.Dispose();

    /// <summary>Takes no further replies, and lets go of the thread that waits until there is room for some.</summary>
    private void End()
    {
        foreach (var (_, reply) in _replies.Close())
        {
            reply.Results?.Dispose();
        }

        DataSocket.Close(_socket);
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        var name = DataConnectionFormat.ReadRequest(frame, out var id, out var sentAfter, out var operations);
        var cache = _names.Of(name);
        if (operations.Length > MaxBytesInPlace)
        {
            ExecuteElsewhere(id, cache, operations, sentAfter);
        }
        else
        {
            Execute(id, cache, operations, sentAfter);
        }
    }

    private void ExecuteElsewhere(int id, string cache, ReadOnlySpan<byte> operations, long sentAfter)
    {
        var copy = BatchBytes.Rent(operations.Length);
        operations.CopyTo(copy.Span);
        ThreadPool.UnsafeQueueUserWorkItem(
            static work =>
            {
                using (work.copy)
                {
                    work.server.Execute(work.id, work.cache, work.copy.Span, work.sentAfter);
                }
            },
            (server: this, id, cache, copy, sentAfter),
            preferLocal: false);
    }

    private void Execute(int id, string cache, ReadOnlySpan<byte> operations, long sentAfter)
    {
        ValueTask<BatchReply> reply;
        try
        {
            reply = _executor.ExecuteAsync(cache, operations, sentAfter);
        }
#pragma warning disable CA1031 // Above all memory that runs out: the caller must learn of it, and the connection goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Answer(id, Failed(exception));
            return;
        }

        if (reply.IsCompletedSuccessfully)
        {
            Answer(id, reply.Result);
        }
        else
        {
            _ = AnswerLaterAsync(id, reply);
        }
    }

    private async Task AnswerLaterAsync(int id, ValueTask<BatchReply> waiting)
    {
        BatchReply reply;
        try
        {
            reply = await waiting.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            reply = Failed(exception);
        }

        Answer(id, reply);
    }

    private void Answer(int id, in BatchReply reply)
    {
        if (!_replies.TryAdd(id, reply))
        {
            reply.Results?.Dispose();
        }
    }

    private static BatchReply Failed(Exception exception) => new(BatchOutcome.Failed, 0, null, exception.Message);
}
