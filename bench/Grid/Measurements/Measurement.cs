namespace Orleans.Cache.GridBench.Measurements;

/// <summary>What one run of a load came to.</summary>
internal sealed record Measurement
{
    /// <summary>The operations that were answered; each of a batch counts.</summary>
    public required long Operations { get; init; }

    public required double OperationsPerSecond { get; init; }

    /// <summary>The latency of a call, in microseconds. A batch or pipeline is one call.</summary>
    public required double P50Microseconds { get; init; }

    /// <inheritdoc cref="P50Microseconds"/>
    public required double P99Microseconds { get; init; }

    /// <summary>The processor time of the load's process, user and system; the silo's too where it is hosted there.</summary>
    public required TimeSpan? ClientProcessor { get; init; }

    /// <summary>The processor time of the server's process.</summary>
    public required TimeSpan ServerProcessor { get; init; }

    /// <summary>The managed bytes that the load's process allocated.</summary>
    public long? AllocatedBytes { get; init; }

    /// <summary>The part of the machine's processors, 0 to 1, that programs beside the comparison took meanwhile.</summary>
    public double? OthersShare { get; init; }

    /// <summary>The calls that ended in an error.</summary>
    public long Errors { get; init; }

    public string? FirstError { get; init; }

    /// <summary>The processor time of all processes for an operation, in microseconds.</summary>
    public double? ProcessorMicrosecondsPerOperation => ClientProcessorMicrosecondsPerOperation + ServerProcessorMicrosecondsPerOperation;

    public double? ClientProcessorMicrosecondsPerOperation => ClientProcessor?.TotalMicroseconds / Operations;

    public double ServerProcessorMicrosecondsPerOperation => ServerProcessor.TotalMicroseconds / Operations;

    public double? AllocatedBytesPerOperation => (double?)AllocatedBytes / Operations;
}
