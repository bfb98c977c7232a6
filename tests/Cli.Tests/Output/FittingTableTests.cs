using Orleans.Cache.Cli.Output;
using Spectre.Console;

namespace Orleans.Cache.Cli.Tests.Output;

public sealed class FittingTableTests
{
    [Theory]
    [InlineData(80, "key middle last")]
    [InlineData(22, "key middle last")]
    [InlineData(21, "key middle")]
    [InlineData(14, "key")]
    public void Write_Width_LeavesOutTheLeastImportantColumns(int width, string headings)
    {
        var table = new FittingTable();
        table.Add("key", [new Text("a")]);
        table.Add("middle", [new Text("1")], isNumber: true, leaveOut: 1);
        table.Add("last", [new Text("1,234")], isNumber: true, leaveOut: 2);
        var output = new StringWriter { NewLine = "\n" };
        var console = new Terminal { Input = Stream.Null, OutputBytes = Stream.Null, Output = output, Error = TextWriter.Null }.CreateOutputConsole();
        console.Profile.Width = width;

        table.Write(console);

        var line = output.ToString().Split('\n')[1];
        Assert.Equal(headings, string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }
}
