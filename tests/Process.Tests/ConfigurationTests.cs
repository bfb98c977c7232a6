using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Cache.Process.Tests.Processes;

namespace Orleans.Cache.Process.Tests;

/// <summary>A silo that cannot start says why in one sentence, and what to do about it.</summary>
public sealed class ConfigurationTests(SingleSiloGrid grid) : GridTests(grid), IClassFixture<SingleSiloGrid>
{
    [Theory]
    [InlineData("--Cache:PartitionCount=1000", "Cache:PartitionCount is 1000. It must be a power of two")]
    [InlineData("--Cache:Weight=0", "Cache:Weight is 0. It must be 0.01 to 100")]
    [InlineData("--Cache:MemoryBudgetBytes=1000", "Cache:MemoryBudgetBytes is 1000. It must be at least 16777216 (16 MiB)")]
    [InlineData("--Cache:PartitionCuont=5", "Cache:PartitionCuont is no option.")]
    [InlineData("--Cache:Caches:small:MaxEntrys=5", "Cache:Caches:small:MaxEntrys is no option.")]
    [InlineData("--Cache:Caches:small:MaxEntries=many", "'many' at 'Cache:Caches:small:MaxEntries'")]
    [InlineData("--Cache:Caches:small:Eviction=mru", "Cache:Caches:small:Eviction is 'mru'. It must be one of lru, ")]
    [InlineData("--Silo:Gateway=5", "Silo:Gateway is no option.")]
    [InlineData("--Silo:ClusterId=", "Silo:ClusterId is empty.")]
    public async Task BadOption_StopsTheSilo(string option, string message) => await SiloStart.RefusedAsync(SiloSettings.First(option), message);

    [Fact]
    public async Task PortInUse_StopsTheSilo()
    {
        using var other = new TcpListener(IPAddress.Loopback, port: 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        await SiloStart.RefusedAsync(
            SiloSettings.First() with { GatewayPort = port },
            string.Create(CultureInfo.InvariantCulture, $"Port {port} (Silo:GatewayPort) cannot be used"));
    }

    [Fact]
    public async Task AnotherPartitionCount_IsRefusedByTheGrid() => await SiloStart.RefusedAsync(
        grid.Silos[0].Settings.Joining(instance: 1) with { Further = ["--Cache:PartitionCount=512"] },
        "Cache:PartitionCount is 512 on this silo and 1024 in the running grid.");

    [Fact]
    public async Task NameOfARunningSilo_IsRefusedByTheGrid() => await SiloStart.RefusedAsync(
        grid.Silos[0].Settings.Joining(instance: 0), "The grid has a running silo named 'silo-0' already");
}
