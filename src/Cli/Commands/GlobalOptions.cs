using System.CommandLine;
using System.CommandLine.Parsing;
using Orleans.Cache.Cli.Connection;

namespace Orleans.Cache.Cli.Commands;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Where to reach the grid.</summary>
    public Option<GatewayAddress[]> Gateways { get; } = new("--gateway", "-g")
    {
        Description = "Where a silo lets clients in. Repeat it to name several: any one that answers will do.",
        HelpName = "host:port",
        Recursive = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [GatewayAddress.Default],
        CustomParser = ParseGateways,
    };

    /// <summary>Which cache to use.</summary>
    public Option<string> Cache { get; } = new("--cache", "-c")
    {
        Description = "The cache: a keyspace with settings of its own.",
        HelpName = "name",
        Recursive = true,
        DefaultValueFactory = _ => ICacheGrid.DefaultCache,
    };

    /// <summary>The Orleans cluster that the grid's silos form.</summary>
    public Option<string> Cluster { get; } = new("--cluster")
    {
        Description = "The id of the Orleans cluster, where the silos have another one than usual (Silo:ClusterId).",
        HelpName = "id",
        Recursive = true,
        DefaultValueFactory = _ => CacheGridDefaults.ClusterId,
    };

    /// <summary>Whether to print for programs.</summary>
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one line of JSON on standard output, for programs.",
        Recursive = true,
    };

    /// <summary>Adds the options to the root, from where all commands take them.</summary>
    public void AddTo(RootCommand root)
    {
        Cache.Validators.Add(CheckCacheName);
        root.Options.Add(Gateways);
        root.Options.Add(Cache);
        root.Options.Add(Cluster);
        root.Options.Add(Json);
    }

    private static GatewayAddress[] ParseGateways(ArgumentResult result)
    {
        var gateways = new List<GatewayAddress>();
        foreach (var token in result.Tokens)
        {
            if (!GatewayAddress.TryParse(token.Value, out var address, out var error))
            {
                result.AddError(error);
                return [];
            }

            gateways.Add(address);
        }

        return [.. gateways.Distinct()];
    }

    private static void CheckCacheName(OptionResult result)
    {
        var name = result.Tokens.Count > 0 ? result.Tokens[0].Value : ICacheGrid.DefaultCache;
        if (!CacheName.IsValid(name))
        {
            result.AddError($"'{name}' is no cache name. A name has 1 to {CacheName.MaxLength} characters of a-z, A-Z, 0-9, '-', '_' and '.'.");
        }
    }
}
