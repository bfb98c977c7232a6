using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Orleans.Cache.GridBench.Measurements;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Floor;

/// <summary>Bare Orleans calls with messages of the grid's size: this process is the client of a silo process.</summary>
internal sealed class OrleansEchoSide : ISide
{
    private static readonly TimeSpan StartBudget = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _silo;
    private readonly IHost _client;
    private readonly IEchoService _service;

    private OrleansEchoSide(ChildProcess silo, IHost client, EchoPlace place)
    {
        _silo = silo;
        _client = client;
        _service = OrleansEchoHosts.Service(client, place);
    }

    public static async Task<OrleansEchoSide> StartAsync(CancellationToken cancellationToken)
    {
        var silo = ProbedProcess.Start(Programs.Self(), ServeCommand.Name, ServeCommand.OrleansEchoPart);
        try
        {
            var place = JsonSerializer.Deserialize<EchoPlace>(await silo.ReadReplyAsync(StartBudget, cancellationToken))!;
            var client = OrleansEchoHosts.Client(place);
            await client.StartAsync(cancellationToken);
            return new OrleansEchoSide(silo, client, place);
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    public Task<Measurement> RunAsync(Load load, TimeSpan duration, CancellationToken cancellationToken) => ClosedLoop.RunAsync(
        [.. Enumerable.Range(0, load.Callers).Select(_ => new EchoLoop(_service, load))],
        duration,
        () => _silo.GetUseAsync(cancellationToken),
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await GridHosts.StopAsync(_client);
        await _silo.DisposeAsync();
    }
}
