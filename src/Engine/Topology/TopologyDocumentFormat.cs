using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Orleans.Cache.Engine.Replication;

namespace Orleans.Cache.Engine.Topology;

/// <summary>The bytes of a <see cref="TopologyDocument"/> as they are stored: see docs/formats/topology.md. Pure.</summary>
internal static class TopologyDocumentFormat
{
    public const byte Version = 2;

    /// <summary>Without tenures, because all silos had the same, and without when the record began.</summary>
    private const byte FirstVersion = 1;

    private static readonly TimeSpan FormerTenure = TimeSpan.FromSeconds(30);

    private const int MostNodes = PartitionMap.MaxSilos;
    private const int MostCopies = 64;
    private const int MostTextBytes = 1 << 16;

    public static byte[] Write(TopologyDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var to = new Writer();
        to.Byte(Version);
        to.Number(document.MapVersion);
        to.Number(document.Began);
        to.Number(document.LastNumber);
        to.Number(document.Nodes.Count);
        foreach (var node in document.Nodes)
        {
            Write(to, node);
        }

        to.Number(document.PartitionCount);
        foreach (var configuration in document.Configurations)
        {
            Write(to, configuration);
        }

        return to.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no such document; it says where and why.</exception>
    public static TopologyDocument Read(ReadOnlySpan<byte> bytes)
    {
        var from = new Reader(bytes);
        var version = from.Byte();
        if (version is not (Version or FirstVersion))
        {
            throw from.Wrong($"format {version} is not known; this code reads {FirstVersion} and {Version}");
        }

        var mapVersion = from.Number(1, long.MaxValue);
        var began = version == FirstVersion ? 0 : from.Number(0, mapVersion);
        var lastNumber = (int)from.Number(0, int.MaxValue);
        var nodes = new TopologyNode[from.Number(0, Math.Min(MostNodes, lastNumber))];
        for (var index = 0; index < nodes.Length; index++)
        {
            nodes[index] = ReadNode(ref from, version, (index == 0 ? 0 : nodes[index - 1].Number) + 1, lastNumber);
        }

        var partitionCount = (int)from.Number(1, Slot.Count);
        if (!PartitionCounts.IsValid(partitionCount))
        {
            throw from.Wrong(PartitionCounts.Describe(partitionCount));
        }

        var configurations = new Configuration[partitionCount];
        for (var partition = 0; partition < partitionCount; partition++)
        {
            configurations[partition] = ReadConfiguration(ref from, lastNumber);
        }

        return from.IsAtEnd ? new TopologyDocument(mapVersion, began, lastNumber, nodes, configurations) : throw from.Wrong("something follows the last partition");
    }

    private static void Write(Writer to, TopologyNode node)
    {
        to.Number(node.Number);
        to.Number(node.Run);
        to.Byte((byte)node.State);
        to.Text(node.Name);
        to.Text(node.Address);
        to.Text(node.Gateway);
        to.Text(node.NodeType);
        to.Text(node.Zone);
        to.Fraction(node.Weight);
        to.Number(node.Caches.Length);
        foreach (var cache in node.Caches)
        {
            to.Text(cache);
        }

        to.Number(node.Limits.MaxKeyBytes);
        to.Number(node.Limits.MaxValueBytes);
        to.Number(node.Limits.MaxBatchOperations);
        to.Number(node.Limits.MaxBatchBytes);
        to.Number(node.Limits.MaxTimeToLive.Ticks);
        to.Number(node.Replicas);
        to.Number(node.LeaseDuration.Ticks);
        to.Number(node.Tenure.Ticks);
        to.Number(node.SeenAt);
    }

    private static TopologyNode ReadNode(ref Reader from, byte version, int leastNumber, int mostNumber)
    {
        var number = (int)from.Number(leastNumber, mostNumber);
        var run = from.Number(1, long.MaxValue >> TopologyDocument.RunShift);
        var state = (TopologyNodeState)from.Byte();
        if (!Enum.IsDefined(state))
        {
            throw from.Wrong($"{state} is no state of a silo");
        }

        return new TopologyNode
        {
            Number = number,
            Run = run,
            State = state,
            Name = from.Text(),
            Address = from.Text(),
            Gateway = from.Text(),
            NodeType = from.Text(),
            Zone = from.Text(),
            Weight = from.Fraction(),
            Caches = ReadCaches(ref from),
            Limits = new CacheLimits
            {
                MaxKeyBytes = (int)from.Number(0, int.MaxValue),
                MaxValueBytes = (int)from.Number(0, int.MaxValue),
                MaxBatchOperations = (int)from.Number(0, int.MaxValue),
                MaxBatchBytes = from.Number(0, long.MaxValue),
                MaxTimeToLive = TimeSpan.FromTicks(from.Number(0, long.MaxValue)),
            },
            Replicas = (int)from.Number(0, MostCopies - 1),
            LeaseDuration = TimeSpan.FromTicks(from.Number(0, long.MaxValue)),
            Tenure = version == FirstVersion ? FormerTenure : TimeSpan.FromTicks(from.Number(0, long.MaxValue)),
            SeenAt = from.Number(0, long.MaxValue),
        };
    }

    private static string[] ReadCaches(ref Reader from)
    {
        // A name takes a byte at least, so that no count makes more room than the bytes themselves took.
        var caches = new string[from.Number(0, from.BytesLeft)];
        for (var index = 0; index < caches.Length; index++)
        {
            caches[index] = from.Text();
        }

        return caches;
    }

    private static void Write(Writer to, Configuration configuration)
    {
        to.Number(configuration.Version);
        to.Number(configuration.Epoch);
        to.Number(configuration.Losses);
        to.Byte(configuration.StartsEmpty ? (byte)1 : (byte)0);
        to.Number(configuration.InSync.Length);
        foreach (var copy in configuration.InSync)
        {
            to.Number(copy.Node);
            to.Number(copy.Incarnation);
        }

        to.Number(Array.IndexOf(configuration.InSync, configuration.Owner) + 1);
    }

    private static Configuration ReadConfiguration(ref Reader from, int mostNumber)
    {
        var version = from.Number(0, long.MaxValue);
        var epoch = from.Number(0, long.MaxValue);
        var losses = (int)from.Number(0, int.MaxValue);
        var startsEmpty = from.Byte();
        var inSync = new CopyId[from.Number(0, MostCopies)];
        if (startsEmpty > 1)
        {
            throw from.Wrong($"{startsEmpty} stands where 0 or 1 must");
        }

        for (var index = 0; index < inSync.Length; index++)
        {
            inSync[index] = new CopyId((int)from.Number(1, mostNumber), from.Number(1, long.MaxValue));
        }

        var owner = (int)from.Number(inSync.Length == 0 ? 0 : 1, inSync.Length);
        return version == 0 ? Configuration.None : new Configuration
        {
            Version = version,
            Epoch = epoch,
            Losses = losses,
            StartsEmpty = startsEmpty == 1,
            InSync = inSync,
            Owner = owner == 0 ? CopyId.None : inSync[owner - 1],
        };
    }

    private sealed class Writer
    {
        private readonly ArrayBufferWriter<byte> _buffer = new(16 << 10);

        public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

        public void Byte(byte value)
        {
            _buffer.GetSpan(1)[0] = value;
            _buffer.Advance(1);
        }

        /// <summary>Seven bits a byte, the lowest first; the eighth says that more follow.</summary>
        public void Number(long value)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            for (; value >= 0x80; value >>= 7)
            {
                Byte((byte)(value | 0x80));
            }

            Byte((byte)value);
        }

        public void Fraction(double value)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(_buffer.GetSpan(sizeof(double)), value);
            _buffer.Advance(sizeof(double));
        }

        public void Text(string value)
        {
            Number(Encoding.UTF8.GetByteCount(value));
            Encoding.UTF8.GetBytes(value, _buffer);
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;

        public readonly bool IsAtEnd => _at == _bytes.Length;

        public readonly int BytesLeft => _bytes.Length - _at;

        public byte Byte() => Take(1)[0];

        public long Number(long least, long most)
        {
            var value = 0UL;
            for (var shift = 0; shift < 63; shift += 7)
            {
                var part = Byte();
                value |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80)
                {
                    return (long)value >= least && (long)value <= most ? (long)value : throw Wrong($"{value} is not {least} to {most}");
                }
            }

            throw Wrong("a number does not end");
        }

        public double Fraction()
        {
            var value = BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));
            return double.IsFinite(value) ? value : throw Wrong("a weight is not finite");
        }

        public string Text()
        {
            var bytes = Take((int)Number(0, MostTextBytes));
            try
            {
                return Utf8.GetString(bytes);
            }
            catch (DecoderFallbackException)
            {
                throw Wrong("a text is not UTF-8");
            }
        }

        public readonly InvalidDataException Wrong(string what) => new($"The topology document is damaged before byte {_at}: {what}.");

        private ReadOnlySpan<byte> Take(int count)
        {
            if (count > BytesLeft)
            {
                throw Wrong("it ends too early");
            }

            var taken = _bytes.Slice(_at, count);
            _at += count;
            return taken;
        }
    }
}
