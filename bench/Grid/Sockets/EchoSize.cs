using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Sockets;

/// <summary>How long a message of the floor is: what its keys and values take, and a little for each as any protocol needs.</summary>
internal readonly record struct EchoSize(int RequestBytes, int ReplyBytes)
{
    /// <summary>For each key: its length, what is asked; for each answer: length, version, expiry.</summary>
    public const int AroundBytes = 8;

    public static EchoSize Of(Load load)
    {
        var key = DataSet.KeyBytes + AroundBytes;
        var value = load.ValueBytes + AroundBytes;
        return load.Operation == LoadOperation.Get
            ? new EchoSize(load.Batch * key, load.Batch * value)
            : new EchoSize(load.Batch * (key + load.ValueBytes), load.Batch * AroundBytes);
    }
}
