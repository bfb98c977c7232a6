using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Cache.TestKit.Processes;
using SystemProcess = System.Diagnostics.Process;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>A program of ours as a process of its own. It is killed when this object is disposed, and when the test run ends.</summary>
internal sealed class ProgramRun : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<SystemProcess, bool> Running = new();

    private readonly SystemProcess _process;
    private readonly string _command;

    static ProgramRun()
    {
        UnixSignals.HeedInterrupt();
        AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
        {
            foreach (var process in Running.Keys)
            {
                process.Kill();
            }
        };
    }

    private ProgramRun(SystemProcess process, string command)
    {
        _process = process;
        _command = command;
        Output = new CapturedStream(process.StandardOutput.BaseStream);
        Error = new CapturedStream(process.StandardError.BaseStream);
    }

    public CapturedStream Output { get; }

    public CapturedStream Error { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Everything about the run, for the message of a test that failed.</summary>
    public string Transcript =>
        $"$ {_command}\n{(HasExited ? $"exit code {_process.ExitCode}" : "runs")}\n--- standard output\n{Output.Text}\n--- standard error\n{Error.Text}\n";

    /// <summary>Starts a program.</summary>
    /// <param name="path">Its dll.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="environment">Its environment beside that of the tests.</param>
    public static ProgramRun Start(
        string path,
        IReadOnlyCollection<string> arguments,
        ReadOnlyMemory<byte> input = default,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [path, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The machine's own settings of a grid are not the defaults under test.
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = SystemProcess.Start(start)!;
        Running[process] = true;
        process.StandardInput.BaseStream.Write(input.Span);
        process.StandardInput.Close();
        return new ProgramRun(process, $"{Path.GetFileNameWithoutExtension(path)} {string.Join(' ', arguments)}");
    }

    /// <summary>Waits until the program has ended and all of its output is here.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Wait.Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            await Task.WhenAll(Output.End, Error.End).WaitAsync(patience.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"It did not end within {Wait.Patience}.\n{Transcript}");
        }
    }

    public void Signal(int signal) => UnixSignals.Send(_process.Id, signal);

    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            await KillAsync();
        }

        Running.TryRemove(_process, out _);
        _process.Dispose();
    }

    private static bool IsSetting(string name) =>
        name.StartsWith("Silo__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Cache__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("OCACHE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Logging__", StringComparison.OrdinalIgnoreCase);
}
