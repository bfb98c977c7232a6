using System.Diagnostics;
using System.Globalization;

namespace Orleans.Cache.GridBench.Processes;

/// <summary>A process that this one started, and that does not outlive it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int LinesKept = 20;

    // utime and stime of the children that have ended, in the fields of /proc/PID/stat behind the program's name; 100 ticks are a second.
    private const int ChildUserField = 13;
    private const int ChildSystemField = 14;
    private const long TicksPerSecond = 100;

    private readonly Queue<string> _lastLines = [];
    private readonly Process _process;
    private readonly string _name;

    private ChildProcess(Process process, string name)
    {
        _process = process;
        _name = name;
        AppDomain.CurrentDomain.ProcessExit += Kill;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The processor time that it has used so far, user and system.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static ChildProcess Start(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var child = new ChildProcess(Process.Start(start)!, Path.GetFileName(program));
        child._process.OutputDataReceived += child.Keep;
        child._process.ErrorDataReceived += child.Keep;
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="BenchException">It failed, or took too long.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await using var child = Start(program, arguments);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await child._process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchException(string.Create(CultureInfo.InvariantCulture, $"{child._name} took longer than {timeout.TotalSeconds:F0} s."));
        }

        return child._process.ExitCode == 0 ? child.LastLines() : throw child.Failed();
    }

    /// <summary>The processor time of all processes that this one started and that have ended; <see langword="null"/> where the system does not say.</summary>
    public static TimeSpan? EndedProcessorTime()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[ChildUserField], CultureInfo.InvariantCulture) + long.Parse(fields[ChildSystemField], CultureInfo.InvariantCulture);
        return new TimeSpan(ticks * TimeSpan.TicksPerSecond / TicksPerSecond);
    }

    /// <summary>An error with the last that it said.</summary>
    public BenchException Failed() => new($"{_name} failed.{Environment.NewLine}{LastLines()}");

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        Kill(null, EventArgs.Empty);

        // Until it is gone its port is taken, and it uses processor time.
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Kill(object? sender, EventArgs arguments)
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        lock (_lastLines)
        {
            _lastLines.Enqueue(line.Data);
            if (_lastLines.Count > LinesKept)
            {
                _lastLines.Dequeue();
            }
        }
    }

    private string LastLines()
    {
        lock (_lastLines)
        {
            return string.Join(Environment.NewLine, _lastLines);
        }
    }
}
