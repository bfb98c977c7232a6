using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Floor;

/// <summary>The two ends of the floor over Orleans: a silo with nothing but the echo service, and a client.</summary>
internal static class OrleansEchoHosts
{
    /// <summary>Runs the silo until cancelled.</summary>
    public static async Task RunSiloAsync(Action<EchoPlace> ready, CancellationToken cancellationToken)
    {
        var ports = FreePorts.Find(2);
        var builder = GridHosts.NewBuilder();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(ports[0], ports[1], new IPEndPoint(IPAddress.Loopback, ports[0]))
            .AddGrainService<EchoService>()
            .Services.AddSingleton<EchoServiceType>());
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);
        ready(new EchoPlace(ports[1], host.Services.GetRequiredService<EchoServiceType>().Value));
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    public static IHost Client(EchoPlace place)
    {
        var builder = GridHosts.NewBuilder();
        builder.Services.AddOrleansClient(client => client.UseLocalhostClustering(place.GatewayPort));
        return builder.Build();
    }

    // An address of the gateway with generation 0 is what makes the client send straight to it.
    public static IEchoService Service(IHost client, EchoPlace place) => client.Services.GetRequiredService<IGrainFactory>().GetGrain<IEchoService>(
        SystemTargetGrainId.Create(GrainType.Create(place.GrainType), SiloAddress.New(new IPEndPoint(IPAddress.Loopback, place.GatewayPort), 0)).GrainId);
}
