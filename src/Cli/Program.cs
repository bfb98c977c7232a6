using Orleans.Cache.Cli.Commands;
using Orleans.Cache.Cli.Output;

return await CommandLine.RunAsync(args, Terminal.OfProcess());
