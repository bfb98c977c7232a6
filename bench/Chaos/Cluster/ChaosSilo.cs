using System.Globalization;
using Orleans.Cache.Chaos.Networks;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.TestKit.Processes;

namespace Orleans.Cache.Chaos.Cluster;

/// <summary>A ready-made silo, which is started under its name and at its place again and again. By one caller at a time.</summary>
internal sealed class ChaosSilo(int instance, Place place, IReadOnlyList<string> arguments) : IAsyncDisposable
{
    private readonly List<string> _past = [];
    private ChildProcess? _process;

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"silo-{instance}");

    public int Instance => instance;

    public Place Place => place;

    /// <summary>Whether it is meant to run; it may have ended by itself.</summary>
    public bool IsWanted { get; private set; }

    public bool IsSuspended { get; private set; }

    public bool HasExited => _process?.HasExited ?? true;

    /// <summary>Everything that its processes have written, within limits.</summary>
    public string Output => string.Join('\n', _past.Append(_process?.Output ?? string.Empty));

    /// <summary>Starts its process, and does not wait for anything.</summary>
    /// <param name="prefix">Words before the command.</param>
    public async Task StartAsync(params IReadOnlyList<string> prefix)
    {
        await ForgetProcessAsync();
        string[] command = [.. place.Prefix, .. prefix, ChildProcess.DotNet, Programs.Silo(), .. arguments];
        _process = ChildProcess.Start(command[0], command[1..]);
        IsWanted = true;
        IsSuspended = false;
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        IsWanted = false;
        Signal(UnixSignals.Kill);
        await _process!.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Stops it as an orchestrator does, and waits until it has ended.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> StopAsync(CancellationToken cancellationToken)
    {
        IsWanted = false;
        Signal(UnixSignals.Terminate);
        return _process!.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Lets it stand still, as a machine that swaps or a virtual one that is moved.</summary>
    public void Suspend()
    {
        Signal(UnixSignals.Stop);
        IsSuspended = true;
    }

    public void Resume()
    {
        Signal(UnixSignals.Continue);
        IsSuspended = false;
    }

    /// <summary>An error with the last that it said.</summary>
    public ChaosException Failed(string what) => new($"{Name} {what}\n{_process?.Output}");

    public async ValueTask DisposeAsync()
    {
        IsWanted = false;
        await ForgetProcessAsync();
    }

    private void Signal(int signal)
    {
        if (_process is not { HasExited: false } process)
        {
            throw Failed("has ended by itself.");
        }

        UnixSignals.Send(process.Id, signal);
    }

    private async Task ForgetProcessAsync()
    {
        if (_process is { } process)
        {
            await process.DisposeAsync();
            _past.Add(process.Output);
            _process = null;
        }
    }
}
