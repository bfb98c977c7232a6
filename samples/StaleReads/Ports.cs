using System.Globalization;

namespace Orleans.Cache.StaleReads;

/// <summary>Where the silo listens: <c>--SiloPort</c> and <c>--GatewayPort</c>, else Orleans' usual ports.</summary>
internal sealed class Ports(string[] arguments)
{
    private readonly IConfiguration _configuration = new ConfigurationBuilder().AddCommandLine(arguments).Build();

    public int Silo => Read("SiloPort", 11111);

    public int Gateway => Read("GatewayPort", 30000);

    private int Read(string name, int usual) => _configuration[name] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
