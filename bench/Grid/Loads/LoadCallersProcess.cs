using System.Text.Json;
using Orleans.Cache.GridBench.Processes;

namespace Orleans.Cache.GridBench.Loads;

/// <summary>Callers in a process of their own.</summary>
internal sealed class LoadCallersProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private bool _isKilled;

    private readonly ChildProcess _process = ChildProcess.StartDotNet(Programs.Self(), startupHook: null, ServeCommand.Name, ServeCommand.LoadCallersPart);

    public Task ConnectAsync(int[] gateways, CancellationToken cancellationToken) =>
        _process.AskAsync(JsonSerializer.Serialize(new LoadOrder(gateways, "", 0, 0)), Patience, cancellationToken);

    /// <summary>Lets all callers ask for a key.</summary>
    /// <param name="order">Which, and how many.</param>
    /// <param name="killWhenAsked">Called when the source is asked: whether to kill the process then.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What came of it; <see langword="null"/> if the process was killed.</returns>
    public async Task<LoadOutcome?> RunAsync(LoadOrder order, Func<bool> killWhenAsked, CancellationToken cancellationToken)
    {
        var reply = await _process.AskAsync(JsonSerializer.Serialize(order), Patience, cancellationToken);
        while (reply == LoadCallers.Asked)
        {
            if (killWhenAsked())
            {
                await DisposeAsync();
                return null;
            }

            reply = await _process.ReadReplyAsync(Patience, cancellationToken);
        }

        return JsonSerializer.Deserialize<LoadOutcome>(reply);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isKilled)
        {
            _isKilled = true;
            await _process.DisposeAsync();
        }
    }
}
