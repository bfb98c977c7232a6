using System.Globalization;
using System.Text.Json.Serialization;

namespace Orleans.Cache.GridBench.Measurements;

/// <summary>What one run of a load came to.</summary>
internal sealed record Measurement
{
    /// <summary>The operations that were answered; each of a batch counts.</summary>
    public required long Operations { get; init; }

    /// <summary>How long it took, in seconds.</summary>
    public required double Seconds { get; init; }

    public required Percentiles Latency { get; init; }

    /// <summary>The processor time of the load's process, user and system; the silo's too where it is hosted there.</summary>
    public required TimeSpan? ClientProcessor { get; init; }

    /// <summary>The processor time of the servers' processes.</summary>
    public required TimeSpan ServerProcessor { get; init; }

    /// <summary>The managed bytes that the load's process allocated, the silo's too where it is hosted there.</summary>
    public long? ClientAllocatedBytes { get; init => field = Known(value); }

    /// <summary>The managed bytes that the silo processes allocated.</summary>
    public long? ServerAllocatedBytes { get; init => field = Known(value); }

    /// <summary>The part of the machine's processors, 0 to 1, that programs beside the comparison took meanwhile.</summary>
    public double? OthersShare { get; init; }

    /// <summary>The calls that ended in an error.</summary>
    public long Errors { get; init; }

    public string? FirstError { get; init; }

    /// <summary>The errors for a line of progress; empty when there are none.</summary>
    [JsonIgnore]
    public string ErrorText => Errors == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", {Errors} errors, the first: {FirstError}");

    public double OperationsPerSecond => Operations / Seconds;

    /// <summary>How many processors the load's process kept busy.</summary>
    public double? ClientProcessors => ClientProcessor?.TotalSeconds / Seconds;

    /// <summary>How many processors the servers' processes kept busy.</summary>
    public double ServerProcessors => ServerProcessor.TotalSeconds / Seconds;

    /// <summary>The processor time of all processes for an operation, in microseconds.</summary>
    public double? ProcessorMicrosecondsPerOperation => ClientProcessorMicrosecondsPerOperation + ServerProcessorMicrosecondsPerOperation;

    public double? ClientProcessorMicrosecondsPerOperation => ClientProcessor?.TotalMicroseconds / Operations;

    public double ServerProcessorMicrosecondsPerOperation => ServerProcessor.TotalMicroseconds / Operations;

    public double? ClientAllocatedBytesPerOperation => (double?)ClientAllocatedBytes / Operations;

    public double? ServerAllocatedBytesPerOperation => (double?)ServerAllocatedBytes / Operations;

    // .NET's count loses what a heap allocated when the garbage collector gives that heap up, so that it may go backwards.
    private static long? Known(long? allocated) => allocated >= 0 ? allocated : null;
}
