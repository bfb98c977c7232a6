namespace Orleans.Cache.Cli.Replay;

/// <summary>A trace cannot be read. The message names the file, the line and what was expected.</summary>
internal sealed class TraceFormatException(string message, Exception? innerException = null) : Exception(message, innerException);
