using System.Globalization;

namespace Orleans.Cache.GridBench.Scenarios;

/// <summary>A side under a load.</summary>
/// <param name="Side">The side.</param>
/// <param name="Load">What it is asked.</param>
/// <param name="Silos">How many silos the grid has.</param>
/// <param name="Reach">What the grid is meant to come to beside it.</param>
internal sealed record Contestant(SideKind Side, Load Load, int Silos = 1, Reach? Reach = null)
{
    /// <summary>How many replicas the grid keeps of each partition; none: as many as out of the box.</summary>
    public int? Replicas { get; init; }

    /// <summary>What reports call it.</summary>
    public string Label => Side switch
    {
        SideKind.Grid => GridLabel,
        SideKind.HostedGrid => "grid, in process",
        SideKind.Redis => $"redis {Load.ToRedisOptions()}",
        SideKind.Memcached => $"memcached {Load.ToRedisOptions()}",
        SideKind.OrleansEcho => $"orleans echo, {Messages}",
        _ => $"socket echo, {Messages}",
    };

    private string GridLabel
    {
        get
        {
            var silos = Silos == 1 ? "grid" : string.Create(CultureInfo.InvariantCulture, $"grid, {Silos} silos");
            var replicas = Replicas is { } count ? string.Create(CultureInfo.InvariantCulture, $", {count} replicas") : "";
            return silos + replicas + (Load.Concern is { } concern ? $", {concern.ToString().ToLowerInvariant()}" : "");
        }
    }

    private string Messages => string.Create(CultureInfo.InvariantCulture, $"{Load.Callers} × {Load.Batch} {(Load.Batch == 1 ? "key" : "keys")}");
}
