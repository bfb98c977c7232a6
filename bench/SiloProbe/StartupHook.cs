using System.Globalization;

/// <summary>
/// What .NET runs before a program's <c>Main</c> when <c>DOTNET_STARTUP_HOOKS</c> names this assembly; the name of type and method are .NET's.
/// For every line on the program's input it writes a line <c>@reply BYTES TICKS</c>: the managed bytes allocated and the processor time used
/// since the process started. When its input ends, the benchmark is gone, and the program goes too.
/// </summary>
internal static class StartupHook
{
    public static void Initialize() => new Thread(Answer) { IsBackground = true, Name = "benchmark probe" }.Start();

    private static void Answer()
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        while (input.ReadLine() is not null)
        {
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"@reply {allocated} {Environment.CpuUsage.TotalTime.Ticks}"));
        }

        Environment.Exit(0);
    }
}
