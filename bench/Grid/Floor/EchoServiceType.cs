namespace Orleans.Cache.GridBench.Floor;

/// <summary>The grain type that Orleans gave the echo service; a client needs it to refer to it.</summary>
internal sealed class EchoServiceType
{
    public string Value { get; set; } = string.Empty;
}
