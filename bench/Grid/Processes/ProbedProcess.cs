using System.Globalization;

namespace Orleans.Cache.GridBench.Processes;

/// <summary>A .NET process with the startup hook of <c>bench/SiloProbe</c>, which says what the process used.</summary>
internal static class ProbedProcess
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    public static ChildProcess Start(string assembly, params IEnumerable<string> arguments) =>
        ChildProcess.StartDotNet(assembly, Programs.SiloProbe(), arguments);

    /// <summary>Asks a process that was started here what it has used.</summary>
    public static async Task<ProcessUse> GetUseAsync(this ChildProcess process, CancellationToken cancellationToken)
    {
        var reply = await process.AskAsync("use", Budget, cancellationToken);
        return reply.Split(' ') is [var bytes, var ticks]
            ? new ProcessUse(long.Parse(bytes, CultureInfo.InvariantCulture), new TimeSpan(long.Parse(ticks, CultureInfo.InvariantCulture)))
            : throw new BenchException($"The probe in a silo process said what cannot be read: {reply}");
    }
}
