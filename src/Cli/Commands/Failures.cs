using Orleans.Cache.Cli.Output;
using Orleans.Cache.Cli.Replay;

namespace Orleans.Cache.Cli.Commands;

/// <summary>Tells a person, in one line, why a command failed.</summary>
internal static class Failures
{
    /// <summary>Reports an error.</summary>
    public static ExitCode Report(Exception exception, Terminal terminal, CancellationToken cancellationToken)
    {
        var (message, code) = exception switch
        {
            OperationCanceledException when cancellationToken.IsCancellationRequested => ("interrupted.", ExitCode.Interrupted),
            OperationCanceledException or TimeoutException =>
                ("the grid did not answer in time. Check its silos with 'ocache ring', and try again.", ExitCode.Unreachable),
            CacheException error => (error.Message, CodeOf(error)),
            CacheDatabaseException error => (error.Message, error.IsUnreachable ? ExitCode.Unreachable : ExitCode.Refused),
            TraceFormatException or IOException or UnauthorizedAccessException => (exception.Message, ExitCode.Refused),
            _ => ($"unexpected error, please report it: {exception.GetType().Name}: {exception.Message}", ExitCode.Refused),
        };
        terminal.Report(message);
        return code;
    }

    /// <summary>Whether an error means that the grid is not there, or that the request is at fault.</summary>
    public static ExitCode CodeOf(CacheException error) =>
        error is CacheUnavailableException or CacheOutcomeUnknownException ? ExitCode.Unreachable : ExitCode.Refused;
}
