using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Orleans.Cache.GridBench.Processes;

/// <summary>
/// A process that this one started, and that does not outlive it. It may be asked: a line to its input is answered by a line on its output
/// that starts with <see cref="ReplyMark"/>; one question at a time.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>What a line starts with that answers the benchmark; other lines are for people.</summary>
    public const string ReplyMark = "@reply ";

    // Enough for the whole output of the programs that are run to their end.
    private const int LinesKept = 2000;
    private const int LinesShown = 20;

    // utime and stime of the children that have ended, in the fields of /proc/PID/stat behind the program's name; 100 ticks are a second.
    private const int ChildUserField = 13;
    private const int ChildSystemField = 14;
    private const long TicksPerSecond = 100;

    private readonly Queue<string> _lastLines = [];
    private readonly Channel<string> _replies = Channel.CreateUnbounded<string>();
    private readonly Process _process;
    private readonly string _name;

    private ChildProcess(Process process, string name)
    {
        _process = process;
        _name = name;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
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

    /// <summary>What runs .NET programs: the host that runs this one, where it is one.</summary>
    public static string DotNet =>
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    /// <summary>The last that it wrote, to either of its outputs.</summary>
    public string Output => LastLines(LinesKept);

    public static ChildProcess Start(string program, params IEnumerable<string> arguments) =>
        Start(new ProcessStartInfo(program, arguments), Path.GetFileName(program));

    /// <summary>Starts a .NET program with the same runtime as this one.</summary>
    /// <param name="assembly">The program's assembly.</param>
    /// <param name="startupHook">An assembly whose startup hook .NET runs first.</param>
    /// <param name="arguments">The program's arguments.</param>
    public static ChildProcess StartDotNet(string assembly, string? startupHook, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(DotNet, arguments.Prepend(assembly));
        if (startupHook is not null)
        {
            start.Environment["DOTNET_STARTUP_HOOKS"] = startupHook;
        }

        return Start(start, Path.GetFileName(assembly));
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

        return child._process.ExitCode == 0 ? child.LastLines(LinesKept) : throw child.Failed();
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

    /// <summary>Asks the process.</summary>
    /// <returns>Its answer, without the mark.</returns>
    /// <exception cref="BenchException">It ended, or does not answer in time.</exception>
    public async Task<string> AskAsync(string question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(question);
            await _process.StandardInput.FlushAsync(cancellationToken);
        }
        catch (IOException)
        {
            throw Failed();
        }

        return await ReadReplyAsync(timeout, cancellationToken);
    }

    /// <summary>Waits for a reply that needs no question, such as that the process is ready.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public async Task<string> ReadReplyAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await _replies.Reader.ReadAsync(limit.Token);
        }
        catch (Exception exception) when (exception is ChannelClosedException || !cancellationToken.IsCancellationRequested)
        {
            throw Failed();
        }
    }

    /// <summary>Waits until it has ended by itself, or by a signal.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>An error with the last that it said.</summary>
    public BenchException Failed() => new($"{_name} failed.{Environment.NewLine}{LastLines(LinesShown)}");

    /// <summary>Ends it and what it started at once, if it runs.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        Kill();

        // Until it is gone its port is taken, and it uses processor time.
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static ChildProcess Start(ProcessStartInfo start, string name)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var child = new ChildProcess(Process.Start(start)!, name);
        child._process.OutputDataReceived += child.TakeOutput;
        child._process.ErrorDataReceived += child.Keep;
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    private void OnProcessExit(object? sender, EventArgs arguments) => Kill();

    private void TakeOutput(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            _replies.Writer.TryComplete();
        }
        else if (line.Data.StartsWith(ReplyMark, StringComparison.Ordinal))
        {
            _replies.Writer.TryWrite(line.Data[ReplyMark.Length..]);
        }
        else
        {
            Keep(sender, line);
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

    private string LastLines(int count)
    {
        lock (_lastLines)
        {
            return string.Join(Environment.NewLine, _lastLines.TakeLast(count));
        }
    }
}
