using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Replication;
using RecordedConfiguration = Orleans.Cache.Engine.Replication.Configuration;

namespace Orleans.Cache.EngineBench;

/// <summary>What the bytes of replication cost: processor time, bytes on the wire and bytes allocated, for beats and for records.</summary>
internal static class Wire
{
    private const int Partitions = 1024;
    private const int Rounds = 25;

    public static void Run()
    {
        Console.WriteLine("| messages | bytes each | write ns | read ns | allocated by reading |\n|---|---|---|---|---|");
        Measure("beat (1,024 to a packet)", Partitions, 1, partition => Append(partition, records: 0));
        Measure("its answer (1,024 to a packet)", Partitions, 1, Ack);
        Measure("one record of 100 bytes in a message (1,024 to a packet)", Partitions, 1, partition => Append(partition, records: 1));
        Measure("a record of 100 bytes, 256 in a message (8 to a packet)", 8, 256, partition => Append(partition, records: 256));
        MeasureLink();
    }

    /// <summary>
    /// A second's beats of all partitions to one silo, and its answers, through the links' queues and packets to where they are read; as many wakes as a
    /// silo has ticks.
    /// </summary>
    private static void MeasureLink()
    {
        const int Seconds = 20;
        const int TicksPerSecond = 40;
        const int TicksPerBeat = 4;
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var received = 0L;
        var link = new PeerLink("other", Take, static _ => { }, PeerLink.MaxPacketBytes, TimeSpan.FromSeconds(1), TimeProvider.System, new ReplicationMetrics(services.GetRequiredService<IMeterFactory>()), NullLogger.Instance);
        PeerMessage[] beats = [.. Enumerable.Range(0, Partitions).Select(partition => Append(partition, records: 0))];
        PeerMessage[] answers = [.. Enumerable.Range(0, Partitions).Select(Ack)];
        var costs = new double[Rounds];
        for (var round = -5; round < Rounds; round++)
        {
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            for (var tick = 0; tick < Seconds * TicksPerSecond; tick++)
            {
                // The partitions' beats are spread over the ticks.
                var expected = Interlocked.Read(ref received) + (Partitions / TicksPerBeat * 2);
                for (var partition = tick % TicksPerBeat; partition < Partitions; partition += TicksPerBeat)
                {
                    link.Enqueue(partition, beats[partition]);
                    link.Enqueue(partition, answers[partition]);
                }

                link.Wake();
                while (Interlocked.Read(ref received) < expected)
                {
                    Thread.Yield();
                }
            }

            if (round >= 0)
            {
                costs[round] = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / Seconds;
            }
        }

        Array.Sort(costs);
        Console.WriteLine($"Link, write and read of ten beats a second from each of {Partitions} partitions, and their answers: {costs[Rounds / 2]:N1} ms of processor time in a second");

        ValueTask<BatchBytes?> Take(BatchBytes packet)
        {
            Interlocked.Add(ref received, ReplicationFormat.ReadMessages(packet.Span, WireMoment.Of(TimeProvider.System)).Count);
            return ValueTask.FromResult<BatchBytes?>(null);
        }
    }

    /// <summary>Per item: a message has so many.</summary>
    private static void Measure(string name, int messages, int items, Func<int, PeerMessage> make)
    {
        PeerMessage[] packet = [.. Enumerable.Range(0, messages).Select(make)];
        var writer = new ArrayBufferWriter<byte>(4 << 20);
        var (writing, reading) = (new double[Rounds], new double[Rounds]);
        var allocated = 0L;
        var repeats = Math.Max(1, 200_000 / (messages * items));
        for (var round = -5; round < Rounds; round++)
        {
            var start = Processor.Now();
            var moment = WireMoment.Of(TimeProvider.System);
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                writer.ResetWrittenCount();
                ReplicationFormat.Begin(writer, PacketKind.Messages);
                for (var partition = 0; partition < packet.Length; partition++)
                {
                    ReplicationFormat.Write(writer, partition, packet[partition], moment);
                }
            }

            var middle = Processor.Now();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                _ = ReplicationFormat.ReadMessages(writer.WrittenSpan, moment);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var end = Processor.Now();
            if (round >= 0)
            {
                (writing[round], reading[round]) = (middle - start, end - middle);
            }
        }

        var count = (double)repeats * messages * items;
        Array.Sort(writing);
        Array.Sort(reading);
        Console.WriteLine(
            $"| {name} | {(double)writer.WrittenCount / messages / items:N0} | {writing[Rounds / 2] / count:N0} | {reading[Rounds / 2] / count:N0} | {allocated / count:N0} |");
    }

    private static Append Append(int partition, int records)
    {
        var previous = new LogPosition(7, 1_000_000 + partition);
        return new Append
        {
            From = new CopyId(1, (12L << 20) + 1),
            To = new CopyId(2, (9L << 20) + 3),
            Epoch = 7,
            Configuration = new RecordedConfiguration
            {
                Version = 31,
                Epoch = 7,
                Owner = new CopyId(1, (12L << 20) + 1),
                InSync = [new CopyId(1, (12L << 20) + 1), new CopyId(2, (9L << 20) + 3), new CopyId(3, (4L << 20) + 1)],
                Losses = 0,
                StartsEmpty = false,
            },
            Previous = previous,
            Records =
            [
                .. Enumerable.Range(1, records).Select(number => new LogRecord
                {
                    WrittenAt = TimeProvider.System.GetTimestamp(),
                    Position = previous with { Sequence = previous.Sequence + number },
                    Change = new byte[100],
                    KeyHash = 0x1234567890ABCDEF,
                }),
            ],
            Commit = previous.Sequence,
            SentAt = 5_000_000_000_000,
            Echo = new FollowerTime(0, 5_000_000_000_000),
        };
    }

    private static AppendAck Ack(int partition) => new()
    {
        From = new CopyId(2, (9L << 20) + 3),
        To = new CopyId(1, (12L << 20) + 1),
        Epoch = 7,
        Answer = AppendAnswer.Accepted,
        Matched = 1_000_000 + partition,
        Snapshot = 0,
        Previous = 1_000_000 + partition,
        SentAt = 5_000_000_000_000,
        FollowerTime = new FollowerTime(0, 5_000_000_000_000),
    };
}
