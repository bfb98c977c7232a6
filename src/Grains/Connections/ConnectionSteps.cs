using Microsoft.AspNetCore.Connections;

namespace Orleans.Cache.Grains.Connections;

/// <summary>Counts the steps that connections pass through.</summary>
internal sealed class ConnectionSteps(IServiceProvider services) : IConnectionBuilder
{
    public IServiceProvider ApplicationServices => services;

    public int Count { get; private set; }

    public IConnectionBuilder Use(Func<ConnectionDelegate, ConnectionDelegate> middleware)
    {
        Count++;
        return this;
    }

    public ConnectionDelegate Build() => static _ => Task.CompletedTask;
}
