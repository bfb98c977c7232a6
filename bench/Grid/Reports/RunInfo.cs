using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>When and of what a report is: without it figures mean nothing.</summary>
internal sealed record RunInfo
{
    public required DateTime Date { get; init; }

    public required int Repeats { get; init; }

    public required double Seconds { get; init; }

    public int Processors { get; } = Environment.ProcessorCount;

    public string System { get; } = $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}";

    public string DotNet { get; } = Environment.Version.ToString();

    public string Orleans { get; } = typeof(IGrainFactory).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', ' ')[0].TrimEnd('.') ?? "unknown";

    public required string? Redis { get; init; }

    public static async Task<RunInfo> CollectAsync(CompareSettings settings, bool withRedis, CancellationToken cancellationToken) => new()
    {
        Date = DateTime.UtcNow,
        Repeats = settings.Repeats,
        Seconds = settings.Duration.TotalSeconds,
        Redis = withRedis ? await RedisSide.VersionAsync(cancellationToken) : null,
    };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Date:yyyy-MM-dd HH:mm} UTC, turns: {Repeats} of {Seconds:0.#} s, {Processors} processors, {System}, .NET {DotNet}, Orleans {Orleans}, {(Redis is null ? "Redis not installed" : $"Redis {Redis}")}");
}
