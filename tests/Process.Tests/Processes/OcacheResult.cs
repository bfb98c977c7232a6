using System.Text;
using System.Text.Json;

namespace Orleans.Cache.Process.Tests.Processes;

/// <summary>What a run of the command line left behind.</summary>
internal sealed record OcacheResult(int ExitCode, byte[] Bytes, string Error, string Transcript)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>The single line of JSON on standard output.</summary>
    public JsonElement Json
    {
        get
        {
            Assert.True(Text.Count('\n') == 1, Transcript);
            return JsonDocument.Parse(Text).RootElement;
        }
    }

    /// <summary>Exit code 0 and nothing on standard error.</summary>
    public OcacheResult Done()
    {
        Assert.True(ExitCode == 0 && Error.Length == 0, Transcript);
        return this;
    }

    /// <summary>An exit code that is not 0, and one line on standard error that says why.</summary>
    public OcacheResult Failed(int exitCode, string because)
    {
        Assert.True(ExitCode == exitCode, $"Expected exit code {exitCode}.\n{Transcript}");
        Assert.True(Error.StartsWith("ocache: ", StringComparison.Ordinal) && Error.TrimEnd().IndexOf('\n', StringComparison.Ordinal) < 0, $"Expected one line on standard error.\n{Transcript}");
        Assert.True(Error.Contains(because, StringComparison.Ordinal), $"Expected '{because}' on standard error.\n{Transcript}");
        return this;
    }
}
