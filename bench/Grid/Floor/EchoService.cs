using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Orleans.Cache.GridBench.Floor;

/// <inheritdoc cref="IEchoService"/>
internal sealed class EchoService(GrainId id, Silo silo, ILoggerFactory loggerFactory, EchoServiceType type)
    : GrainService(id, silo, loggerFactory), IEchoService
{
    // Made once, so that the floor does not pay for it. Calls of one silo have one size; two threads may make it twice.
    private byte[] _reply = [];

    public override Task Init(IServiceProvider serviceProvider)
    {
        type.Value = this.GetGrainId().Type.ToString()!;
        return base.Init(serviceProvider);
    }

    public ValueTask<Immutable<byte[]>> EchoAsync(Immutable<byte[]> request, int replyBytes)
    {
        if (_reply.Length != replyBytes)
        {
            _reply = new byte[replyBytes];
        }

        return ValueTask.FromResult(new Immutable<byte[]>(_reply));
    }
}
