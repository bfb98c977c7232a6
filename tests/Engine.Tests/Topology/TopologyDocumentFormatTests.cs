using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Topology;

namespace Orleans.Cache.Engine.Tests.Topology;

public sealed class TopologyDocumentFormatTests
{
    [Fact]
    public void Document_RoundTrips()
    {
        var document = Sample();

        var read = TopologyDocumentFormat.Read(TopologyDocumentFormat.Write(document));

        Assert.Equal((document.MapVersion, document.Began, document.LastNumber, document.PartitionCount), (read.MapVersion, read.Began, read.LastNumber, read.PartitionCount));
        Assert.Equal(1000, read.Began);
        Assert.Equal(document.Configurations, read.Configurations);
        Assert.Equal(document.Nodes.Select(static node => node with { Caches = [] }), read.Nodes.Select(static node => node with { Caches = [] }));
        Assert.Equal(document.Nodes.Select(static node => node.Caches), read.Nodes.Select(static node => node.Caches));
    }

    [Fact]
    public void Bytes_AreTheDocumentedOnes()
    {
        // docs/formats/topology.md explains each of them. What a later version writes must still be read, so these do not change.
        var bytes = TopologyDocumentFormat.Write(Sample());

        Assert.Equal(Golden, Convert.ToHexString(bytes));
    }

    [Fact]
    public void Bytes_OfTheFirstFormat_AreRead()
    {
        var read = TopologyDocumentFormat.Read(Convert.FromHexString(FormerGolden));

        Assert.Equal((1005, 0, 2), (read.MapVersion, read.Began, read.Nodes.Count));
        Assert.Equal(Sample().Configurations, read.Configurations);
        Assert.All(read.Nodes, static node => Assert.Equal(TimeSpan.FromSeconds(30), node.Tenure));
        Assert.Equal(Sample().Nodes.Select(static node => (node.Name, node.LeaseDuration, node.SeenAt)), read.Nodes.Select(static node => (node.Name, node.LeaseDuration, node.SeenAt)));
    }

    [Fact]
    public void Document_OfAThousandPartitions_IsSmall()
    {
        var document = TopologyDocument.Begin(1024, firstVersion: 1).WithJoined(TopologySamples.Node("silo-0")).WithJoined(TopologySamples.Node("silo-1"));
        document = document.WithConfigurations(Enumerable.Range(0, 1024).Select(static partition =>
            (partition, new Configuration { Version = 12345, Epoch = 678, Owner = Copy(1), InSync = [Copy(1), Copy(2)], Losses = 0, StartsEmpty = false })));

        Assert.InRange(TopologyDocumentFormat.Write(document).Length, 1024, 64 << 10);
    }

    [Fact]
    public void DamagedBytes_EndInAnErrorThatSaysWhere()
    {
        var bytes = TopologyDocumentFormat.Write(Sample());
        for (var length = 0; length < bytes.Length; length++)
        {
            AssertRefused(bytes[..length]);
        }

        AssertRefused([.. bytes, 0]);
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var damaged = bytes.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                TopologyDocumentFormat.Read(damaged);
            }
            catch (InvalidDataException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }
    }

    private static void AssertRefused(byte[] bytes) => Assert.Throws<InvalidDataException>(() => TopologyDocumentFormat.Read(bytes));

    private static CopyId Copy(int node) => new(node, (7L << TopologyDocument.RunShift) + node);

    private static TopologyDocument Sample()
    {
        var document = TopologyDocument.Begin(partitionCount: 2, firstVersion: 1000)
            .WithJoined(TopologySamples.Node("silo-0"))
            .WithJoined(TopologySamples.Node("silo-1") with { Zone = "zone \u00e4", Gateway = string.Empty, Caches = ["default", "small"] })
            .WithJoined(TopologySamples.Node("silo-0") with { Address = "10.0.0.1:11111@9" })
            .WithStates(static node => node.Name == "silo-1" ? TopologyNodeState.Leaving : node.State);
        return document.WithConfigurations(
            [(1, new Configuration { Version = 5, Epoch = 3, Owner = Copy(1), InSync = [Copy(1), Copy(2)], Losses = 1, StartsEmpty = true })]);
    }

    private const string Golden =
        "02ED07E80702020102010673696C6F2D301031302E302E302E313A313131313140391031302E302E302E313A333030303040380E7379732E7376632E7573"
        + "65722E3100000000000000E83F010764656661756C748008808040904E8080802080808EBEEB85CD0501C096B10280F3E893012A0201020673696C6F2D31103130"
        + "2E302E302E313A31313131314038000E7379732E7376632E757365722E31077A6F6E6520C3A4000000000000E83F020764656661756C7405736D616C"
        + "6C8008808040904E8080802080808EBEEB85CD0501C096B10280F3E893012A020000000000000503010102018180C003028280C00301";

    /// <summary>Before tenures and the version that the record began with were recorded.</summary>
    private const string FormerGolden =
        "01ED0702020102010673696C6F2D301031302E302E302E313A313131313140391031302E302E302E313A333030303040380E7379732E7376632E7573"
        + "65722E3100000000000000E83F010764656661756C748008808040904E8080802080808EBEEB85CD0501C096B1022A0201020673696C6F2D31103130"
        + "2E302E302E313A31313131314038000E7379732E7376632E757365722E31077A6F6E6520C3A4000000000000E83F020764656661756C7405736D616C"
        + "6C8008808040904E8080802080808EBEEB85CD0501C096B1022A020000000000000503010102018180C003028280C00301";
}
