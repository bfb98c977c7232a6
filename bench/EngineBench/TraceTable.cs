using System.Globalization;
using System.IO.Compression;
using System.Text;
using Orleans.Cache.Engine.Batches;
using Orleans.Cache.Engine.Eviction;
using Orleans.Cache.Engine.Shards;
using Orleans.Cache.Engine.Tests.Shards;

namespace Orleans.Cache.EngineBench;

/// <summary>Replays traces through a host as it is, not through a simulation: get, and on a miss set, one request at a time.</summary>
internal static class TraceTable
{
    private const long Budget = 1L << 30;
    private static readonly double[] ByteParts = [0.01, 0.05, 0.2];

    public static void Run(string folder, string[] only)
    {
        var rows = ReadTable(Path.Combine(folder, "README.md")).Where(row => only.Length == 0 || only.Contains(row.Trace)).ToList();
        var policies = EvictionPolicies.Names;
        Console.WriteLine($"| trace | capacity | partitions | {string.Join(" | ", policies.Select(static policy => $"{policy} (table)"))} |");
        Console.WriteLine($"|---|---|---|{string.Concat(policies.Select(static _ => "---|"))}");
        foreach (var row in rows)
        {
            var requests = Read(Path.Combine(folder, row.Trace + ".txt.gz"));
            foreach (var partitions in new[] { 1, 64, 1024 })
            {
                var cells = policies.Select(policy =>
                    $"{Replay(requests, policy, partitions, row.Capacity):F1}{(row.Ratios.TryGetValue(policy, out var ratio) ? $" ({ratio:F1})" : "")}");
                Console.WriteLine($"| {row.Trace} | {row.Capacity} | {partitions} | {string.Join(" | ", cells)} |");
            }
        }

        if (only.Length == 0 || only.Contains("block-io"))
        {
            ByteRatios(Read(Path.Combine(folder, "block-io.txt.gz")), policies);
        }
    }

    private static void ByteRatios(List<(long Key, int Size)> requests, IReadOnlyList<string> policies)
    {
        var footprint = requests.DistinctBy(static request => request.Key).Sum(static request => (long)request.Size);
        Console.WriteLine($"\nblock-io with sizes, {footprint:N0} bytes in all: bytes hit in percent of bytes asked for (requests hit)\n");
        Console.WriteLine($"| budget | {string.Join(" | ", policies)} |");
        Console.WriteLine($"|---|{string.Concat(policies.Select(static _ => "---|"))}");
        foreach (var part in ByteParts)
        {
            var cells = policies.Select(policy => ReplayBytes(requests, policy, (long)(footprint * part)));
            Console.WriteLine($"| {part:P0} | {string.Join(" | ", cells)} |");
        }
    }

    private static double Replay(List<(long Key, int Size)> requests, string policy, int partitions, long capacity)
    {
        using var host = CreateHost(new CacheOptions { MaxEntries = capacity, Eviction = policy }, partitions, Budget);
        using var driver = new HostDriver(host);
        var key = new byte[20];
        long hits = 0;
        foreach (var request in requests)
        {
            Utf8(request.Key, key, out var length);
            if (driver.One(new ShardOperation { Kind = OperationKind.Get }, key.AsSpan(0, length)).Status == OperationStatus.Done)
            {
                hits++;
            }
            else
            {
                driver.One(new ShardOperation { Kind = OperationKind.Set }, key.AsSpan(0, length), "x"u8);
            }
        }

        return 100.0 * hits / requests.Count;
    }

    private static string ReplayBytes(List<(long Key, int Size)> requests, string policy, long budget)
    {
        using var host = CreateHost(new CacheOptions { MaxBytes = budget, Eviction = policy }, 64, Math.Max(2 * budget, 256 * 1024 * 1024));
        using var driver = new HostDriver(host);
        var key = new byte[20];
        var value = new byte[requests.Max(static request => request.Size)];
        long hits = 0, hitBytes = 0, bytes = 0;
        foreach (var request in requests)
        {
            bytes += request.Size;
            Utf8(request.Key, key, out var length);
            if (driver.One(new ShardOperation { Kind = OperationKind.Get }, key.AsSpan(0, length)).Status == OperationStatus.Done)
            {
                hits++;
                hitBytes += request.Size;
            }
            else
            {
                driver.One(new ShardOperation { Kind = OperationKind.Set }, key.AsSpan(0, length), value.AsSpan(0, request.Size));
            }
        }

        return $"{100.0 * hitBytes / bytes:F1} ({100.0 * hits / requests.Count:F1})";
    }

    private static ShardHost CreateHost(CacheOptions options, int partitions, long budget) =>
        TestHosts.Create(TimeProvider.System, options, partitions, budget);

    private static void Utf8(long number, Span<byte> to, out int length) => number.TryFormat(to, out length, provider: CultureInfo.InvariantCulture);

    private static List<(long Key, int Size)> Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), Encoding.ASCII);
        var requests = new List<(long, int)>();
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            requests.Add(space < 0
                ? (long.Parse(line, CultureInfo.InvariantCulture), 1)
                : (long.Parse(line.AsSpan(0, space), provider: CultureInfo.InvariantCulture), int.Parse(line.AsSpan(space + 1), provider: CultureInfo.InvariantCulture)));
        }

        return requests;
    }

    private static IEnumerable<TraceRow> ReadTable(string path)
    {
        string[] columns = [];
        foreach (var line in File.ReadLines(path).Where(static line => line.StartsWith('|')))
        {
            var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            if (cells.Contains("OPT"))
            {
                columns = [.. cells.Select(static cell => cell.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal))];
            }
            else if (columns.Length == cells.Length && long.TryParse(cells[3], CultureInfo.InvariantCulture, out var capacity))
            {
                var ratios = Enumerable.Range(4, cells.Length - 4).ToDictionary(
                    index => columns[index], index => double.Parse(cells[index], CultureInfo.InvariantCulture));
                yield return new TraceRow(cells[0], capacity, ratios);
            }
        }
    }

    private sealed record TraceRow(string Trace, long Capacity, Dictionary<string, double> Ratios);
}
