namespace Orleans.Cache.GridBench.Floor;

/// <summary>Where an echo service is found.</summary>
internal sealed record EchoPlace(int GatewayPort, string GrainType);
