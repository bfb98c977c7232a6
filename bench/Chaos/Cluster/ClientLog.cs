using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Cache.Chaos.Histories;

namespace Orleans.Cache.Chaos.Cluster;

/// <summary>Writes what a client logs to a file, with the times of the run's record. Safe for any number of threads.</summary>
internal sealed class ClientLog(string file, Record record) : ILoggerProvider
{
    private readonly TextWriter _file = TextWriter.Synchronized(new StreamWriter(file));

    private double Now => record.Now.TotalSeconds;

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void Dispose() => _file.Dispose();

    private sealed class Logger(string category, ClientLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log._file.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{log.Now:F3} {logLevel} {category}: {formatter(state, exception)}{(exception is null ? null : $" {exception.Message}")}"));
                log._file.Flush();
            }
        }
    }
}
