using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orleans.Cache.GridBench.Floor;
using Orleans.Cache.GridBench.HotKeys;
using Orleans.Cache.GridBench.Loads;
using Orleans.Cache.GridBench.NearCaches;
using Orleans.Cache.GridBench.Processes;
using Orleans.Cache.GridBench.Sockets;

namespace Orleans.Cache.GridBench;

/// <summary><c>serve</c>: the parts that the benchmark plays in processes of their own. It starts them itself.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";
    public const string SocketLoadPart = "socket-load";
    public const string SocketEchoPart = "socket-echo";
    public const string OrleansEchoPart = "orleans-echo";
    public const string LoadCallersPart = "load-callers";
    public const string HotCallersPart = "hot-callers";
    public const string ReadersPart = "readers";

    public static Command Create()
    {
        var part = new Argument<string>("part");
        part.AcceptOnlyFromAmong(SocketLoadPart, SocketEchoPart, OrleansEchoPart, LoadCallersPart, HotCallersPart, ReadersPart);
        var command = new Command(Name, "A part of the benchmark in a process of its own; started by the benchmark.") { part };
        command.Hidden = true;
        command.SetAction(async (arguments, cancellationToken) =>
        {
            switch (arguments.GetValue(part))
            {
                case SocketLoadPart:
                    RunLoads();
                    break;
                case SocketEchoPart:
                    SocketEchoServer.Run(static port => Reply(port.ToString(CultureInfo.InvariantCulture)));
                    break;
                case LoadCallersPart:
                    await LoadCallers.RunAsync(cancellationToken);
                    break;
                case HotCallersPart:
                    await HotCallers.RunAsync(cancellationToken);
                    break;
                case ReadersPart:
                    await Readers.RunAsync(cancellationToken);
                    break;
                default:
                    await OrleansEchoHosts.RunSiloAsync(static place => Reply(JsonSerializer.Serialize(place)), cancellationToken);
                    break;
            }
        });
        return command;
    }

    // Until the input ends, which is when the benchmark does.
    private static void RunLoads()
    {
        while (Console.In.ReadLine() is { } line)
        {
            Reply(JsonSerializer.Serialize(SocketLoad.Run(JsonSerializer.Deserialize<SocketLoadOrder>(line)!)));
        }
    }

    private static void Reply(string text) => Console.WriteLine(ChildProcess.ReplyMark + text);
}
