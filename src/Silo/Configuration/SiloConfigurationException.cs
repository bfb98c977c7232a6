namespace Orleans.Cache.Silo.Configuration;

/// <summary>The silo cannot start with its configuration; the message is all that a person needs.</summary>
internal sealed class SiloConfigurationException(string message) : Exception(message);
