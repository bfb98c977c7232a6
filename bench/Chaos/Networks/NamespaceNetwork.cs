using System.Globalization;
using System.Net;
using Orleans.Cache.GridBench;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.TestKit.Processes;

namespace Orleans.Cache.Chaos.Networks;

/// <summary>
/// A network namespace for each silo, joined by a bridge on which clients and database stand, at addresses of their own. Needs root and <c>ip</c>;
/// cuts need <c>nft</c> too. They are made where packets arrive, so that the sender notices nothing.
/// </summary>
internal sealed class NamespaceNetwork : ChaosNetwork
{
    private const string Ip = "ip";
    private const string Filter = "nft";
    private const string NamePrefix = "ocache-";
    private const int Clients = 253;
    private const int Database = 254;
    private const int SiloPort = 11111;
    private const int GatewayPort = 30000;
    private const int HttpPort = 8080;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Chain = ["inet", "chaos", "arriving"];
    private static int _networks;

    private readonly int _subnet;
    private readonly int _number;
    private readonly List<Place> _places = [];

    private NamespaceNetwork(int subnet, int number)
    {
        _subnet = subnet;
        _number = number;
    }

    public override IPAddress? DatabaseAddress => AddressOf(Database);

    public override string? CannotCut { get; } = Programs.Missing(Filter).Count == 0 ? null : "nft is not installed (Debian: apt install nftables), so no way can be cut.";

    // The names of network devices have 15 characters at most.
    private string Bridge => Text($"oc{Environment.ProcessId}b{_number}");

    /// <summary>Why there can be no namespaces here, or <see langword="null"/>.</summary>
    public static async Task<string?> FindMissingAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "Network namespaces need Linux and root.";
        }

        if (Programs.Missing(Ip).Count > 0)
        {
            return "ip is not installed (Debian: apt install iproute2).";
        }

        var probe = Text($"{NamePrefix}{Environment.ProcessId}-probe");
        try
        {
            await RunAsync([Ip, "netns", "add", probe], cancellationToken);
            await RunAsync([Ip, "netns", "del", probe], cancellationToken);
            return null;
        }
        catch (BenchException exception)
        {
            return $"Network namespaces cannot be made here: {exception.Message}";
        }
    }

    /// <summary>Makes the bridge, after what killed runs have left behind is cleared away.</summary>
    public static async Task<NamespaceNetwork> CreateAsync(CancellationToken cancellationToken)
    {
        await ClearAwayAsync(cancellationToken);
        var network = new NamespaceNetwork(await FindSubnetAsync(cancellationToken), Interlocked.Increment(ref _networks));
        try
        {
            await RunAsync([Ip, "link", "add", network.Bridge, "type", "bridge"], cancellationToken);

            // The first address is the one that clients' connections come from.
            await RunAsync([Ip, "address", "add", $"{network.AddressOf(Clients)}/24", "dev", network.Bridge], cancellationToken);
            await RunAsync([Ip, "address", "add", $"{network.AddressOf(Database)}/24", "dev", network.Bridge], cancellationToken);
            await RunAsync([Ip, "link", "set", network.Bridge, "up"], cancellationToken);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public override async Task<Place> AddAsync(int silo, CancellationToken cancellationToken)
    {
        var name = Text($"{NamePrefix}{Environment.ProcessId}-{_number}-{silo}");
        var wire = Text($"oc{Environment.ProcessId}v{_number}{silo}");
        var place = new Place(AddressOf(silo + 1), SiloPort, GatewayPort, HttpPort, name);
        _places.Add(place);
        await RunAsync([Ip, "netns", "add", name], cancellationToken);
        await RunAsync([Ip, "link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", name], cancellationToken);
        await RunAsync([Ip, "link", "set", wire, "master", Bridge, "up"], cancellationToken);
        await RunAsync([Ip, "-n", name, "address", "add", $"{place.Address}/24", "dev", "eth0"], cancellationToken);
        await RunAsync([Ip, "-n", name, "link", "set", "eth0", "up"], cancellationToken);
        await RunAsync([Ip, "-n", name, "link", "set", "lo", "up"], cancellationToken);
        if (CannotCut is null)
        {
            await FilterAsync(place, ["add", "table", .. Chain[..2]], cancellationToken);
            await FilterAsync(place, ["add", "chain", .. Chain, "{ type filter hook input priority 0 ; }"], cancellationToken);
        }

        return place;
    }

    public override Task CutAsync(Place from, Place to, CancellationToken cancellationToken) =>
        FilterAsync(to, ["add", "rule", .. Chain, "ip", "saddr", from.Address.ToString(), "drop"], cancellationToken);

    public override Task CutDatabaseAsync(Place silo, CancellationToken cancellationToken) =>
        FilterAsync(silo, ["add", "rule", .. Chain, "ip", "saddr", AddressOf(Database).ToString(), "drop"], cancellationToken);

    public override Task LoseAsync(Place silo, int percent, CancellationToken cancellationToken) =>
        FilterAsync(silo, ["add", "rule", .. Chain, "iifname", "eth0", "numgen", "random", "mod", "100", "<", Text($"{percent}"), "drop"], cancellationToken);

    public override Task HealAsync(Place silo, CancellationToken cancellationToken) =>
        CannotCut is null ? FilterAsync(silo, ["flush", "chain", .. Chain], cancellationToken) : Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        foreach (var place in _places)
        {
            await TryAsync([Ip, "netns", "del", place.Namespace!]);
        }

        await TryAsync([Ip, "link", "del", Bridge]);
    }

    private static async Task ClearAwayAsync(CancellationToken cancellationToken)
    {
        foreach (var name in (await RunAsync([Ip, "netns", "list"], cancellationToken)).Split('\n').Select(static line => line.Split(' ')[0]))
        {
            if (OwnerOf(name, NamePrefix) is { } owner && IsGone(owner))
            {
                foreach (var process in (await RunAsync([Ip, "netns", "pids", name], cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    UnixSignals.Send(int.Parse(process, CultureInfo.InvariantCulture), UnixSignals.Kill);
                }

                await TryAsync([Ip, "netns", "del", name]);
            }
        }

        // "7: oc123b1: <BROADCAST ..."
        foreach (var line in (await RunAsync([Ip, "-o", "link", "show", "type", "bridge"], cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var bridge = line.Split(": ")[1];
            if (OwnerOf(bridge, "oc") is { } owner && bridge.Contains('b', StringComparison.Ordinal) && IsGone(owner))
            {
                await TryAsync([Ip, "link", "del", bridge]);
            }
        }
    }

    private static int? OwnerOf(string name, string prefix)
    {
        if (!name.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var digits = name.Skip(prefix.Length).TakeWhile(char.IsAsciiDigit).ToArray();
        return int.TryParse(digits, CultureInfo.InvariantCulture, out var owner) ? owner : null;
    }

    private static bool IsGone(int process) => !Directory.Exists(Text($"/proc/{process}"));

    private static async Task<int> FindSubnetAsync(CancellationToken cancellationToken)
    {
        var taken = await RunAsync([Ip, "-o", "-4", "address", "show"], cancellationToken);
        return Enumerable.Range(0, 256).First(subnet => !taken.Contains(Text($" 10.213.{subnet}."), StringComparison.Ordinal));
    }

    private static async Task TryAsync(IReadOnlyList<string> command)
    {
        try
        {
            await RunAsync(command, CancellationToken.None);
        }
        catch (BenchException)
        {
            // It was not there.
        }
    }

    private static Task<string> FilterAsync(Place place, IEnumerable<string> words, CancellationToken cancellationToken) =>
        RunAsync([.. place.Prefix, Filter, .. words], cancellationToken);

    private static Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        ChildProcess.RunAsync(command[0], command.Skip(1), Patience, cancellationToken);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private IPAddress AddressOf(int last) => new([10, 213, (byte)_subnet, (byte)last]);
}
