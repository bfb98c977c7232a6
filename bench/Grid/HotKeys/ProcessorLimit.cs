using System.Globalization;

namespace Orleans.Cache.GridBench.HotKeys;

/// <summary>Holds a process to a part of one processor, by a control group of its own. Needs Linux and the rights of root.</summary>
internal sealed class ProcessorLimit : IDisposable
{
    /// <summary>Short, so that a process that has used up its part goes on soon: the usual 100 ms would be all that latencies show.</summary>
    private const int PeriodMicroseconds = 10_000;

    private const string Root = "/sys/fs/cgroup";

    private readonly string _folder;

    private ProcessorLimit(string folder) => _folder = folder;

    /// <summary>Limits a process until the limit is disposed of, after the process has ended.</summary>
    /// <exception cref="BenchException">The system does not let this process do so.</exception>
    public static ProcessorLimit Of(int process, double part)
    {
        // Version 1 has a tree for each controller, version 2 one for all.
        var isFirst = Directory.Exists(Path.Combine(Root, "cpu"));
        var folder = Path.Combine(Root, isFirst ? "cpu" : string.Empty, string.Create(CultureInfo.InvariantCulture, $"gridbench-{process}"));
        var quota = (int)(PeriodMicroseconds * part);
        try
        {
            Directory.CreateDirectory(folder);
            if (isFirst)
            {
                Write("cpu.cfs_period_us", $"{PeriodMicroseconds}");
                Write("cpu.cfs_quota_us", $"{quota}");
            }
            else
            {
                Write("cpu.max", $"{quota} {PeriodMicroseconds}");
            }

            Write("cgroup.procs", $"{process}");
            return new ProcessorLimit(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"Silos cannot be held to a part of a processor here: {exception.Message} Run it as root on Linux, with the cpu controller of control groups.");
        }

        void Write(string file, FormattableString text) => File.WriteAllText(Path.Combine(folder, file), text.ToString(CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(_folder);
        }
        catch (IOException)
        {
            // Its process is still ending; an empty group does no harm.
        }
    }
}
