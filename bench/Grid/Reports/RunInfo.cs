using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Orleans.Cache.GridBench.Scenarios;
using Orleans.Cache.GridBench.Sides;

namespace Orleans.Cache.GridBench.Reports;

/// <summary>When and of what a report is: without it figures mean nothing.</summary>
internal sealed record RunInfo
{
    public required DateTime Date { get; init; }

    public required int Repeats { get; init; }

    public required double Seconds { get; init; }

    public int Processors { get; } = Environment.ProcessorCount;

    /// <summary>How many threads ran or waited to run before anything was started, over the last 1, 5 and 15 minutes.</summary>
    public string? LoadAverage { get; } = OperatingSystem.IsLinux() ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : null;

    public string System { get; } = $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}";

    public string DotNet { get; } = Environment.Version.ToString();

    public string Orleans { get; } = typeof(IGrainFactory).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', ' ')[0].TrimEnd('.') ?? "unknown";

    /// <summary><see langword="null"/> where it is not installed.</summary>
    public required string? Redis { get; init; }

    /// <inheritdoc cref="Redis"/>
    public required string? Memcached { get; init; }

    public static async Task<RunInfo> CollectAsync(CompareSettings settings, IReadOnlySet<SideKind> available, CancellationToken cancellationToken) => new()
    {
        Date = DateTime.UtcNow,
        Repeats = settings.Repeats,
        Seconds = settings.Duration.TotalSeconds,
        Redis = available.Contains(SideKind.Redis) ? await RedisSide.VersionAsync(cancellationToken) : null,
        Memcached = available.Contains(SideKind.Memcached) ? await MemcachedSide.VersionAsync(cancellationToken) : null,
    };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Date:yyyy-MM-dd HH:mm} UTC, turns: {Repeats} of {Seconds:0.#} s, {Processors} processors, {System}, .NET {DotNet}, Orleans {Orleans}, {Program("Redis", Redis)}, {Program("memcached", Memcached)}");

    private static string Program(string name, string? version) => version is null ? $"{name} not installed" : $"{name} {version}";
}
