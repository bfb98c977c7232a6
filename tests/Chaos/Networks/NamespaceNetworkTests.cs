using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Cache.Chaos.Networks;
using Orleans.Cache.GridBench;
using Orleans.Cache.GridBench.Processes;

namespace Orleans.Cache.Chaos.Tests.Networks;

/// <summary>Cuts are real, and nothing stays behind.</summary>
public sealed class NamespaceNetworkTests
{
    [Fact]
    public async Task CutWays_LetNothingThrough_UntilTheyAreMended()
    {
        var missing = await NamespaceNetwork.FindMissingAsync(CancellationToken.None);
        Assert.SkipWhen(missing is not null, missing ?? string.Empty);
        await using var network = await NamespaceNetwork.CreateAsync(CancellationToken.None);
        Assert.SkipWhen(network.CannotCut is not null, network.CannotCut ?? string.Empty);
        var one = await network.AddAsync(0, CancellationToken.None);
        var other = await network.AddAsync(1, CancellationToken.None);
        using var database = new TcpListener(network.DatabaseAddress!, 0);
        database.Start();
        var port = ((IPEndPoint)database.LocalEndpoint).Port;

        Assert.True(await ReachesAsync(one, network.DatabaseAddress!, port));
        Assert.True(await PingsAsync(one, other));

        await network.CutDatabaseAsync(one, CancellationToken.None);
        Assert.False(await ReachesAsync(one, network.DatabaseAddress!, port));
        Assert.True(await ReachesAsync(other, network.DatabaseAddress!, port));
        Assert.True(await PingsAsync(one, other));

        await network.CutAsync(one, other, CancellationToken.None);
        Assert.False(await PingsAsync(one, other));

        await network.HealAsync(one, CancellationToken.None);
        await network.HealAsync(other, CancellationToken.None);
        Assert.True(await ReachesAsync(one, network.DatabaseAddress!, port));
        Assert.True(await PingsAsync(one, other));
    }

    [Fact]
    public async Task Namespaces_AreGoneAfterwards()
    {
        var missing = await NamespaceNetwork.FindMissingAsync(CancellationToken.None);
        Assert.SkipWhen(missing is not null, missing ?? string.Empty);
        var network = await NamespaceNetwork.CreateAsync(CancellationToken.None);
        var place = await network.AddAsync(0, CancellationToken.None);
        Assert.Contains(place.Namespace!, await ListAsync(), StringComparison.Ordinal);

        await network.DisposeAsync();

        Assert.DoesNotContain(place.Namespace!, await ListAsync(), StringComparison.Ordinal);
    }

    private static Task<string> ListAsync() => RunAsync(["ip", "netns", "list"]);

    // A refused connection is an answer too.
    private static async Task<bool> PingsAsync(Place from, Place to)
    {
        try
        {
            await RunAsync([.. from.Prefix, "timeout", "3", "bash", "-c", string.Create(CultureInfo.InvariantCulture, $"exec 3<>/dev/tcp/{to.Address}/9")]);
            return true;
        }
        catch (BenchException exception)
        {
            return exception.Message.Contains("refused", StringComparison.OrdinalIgnoreCase);
        }
    }

    private static async Task<bool> ReachesAsync(Place from, IPAddress address, int port)
    {
        try
        {
            await RunAsync([.. from.Prefix, "timeout", "3", "bash", "-c", string.Create(CultureInfo.InvariantCulture, $"exec 3<>/dev/tcp/{address}/{port}")]);
            return true;
        }
        catch (BenchException)
        {
            return false;
        }
    }

    private static Task<string> RunAsync(IReadOnlyList<string> command) =>
        ChildProcess.RunAsync(command[0], command.Skip(1), TimeSpan.FromSeconds(30), CancellationToken.None);
}
