using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Cache.Contracts.Nodes;
using Orleans.Cache.Engine.Replication.Format;
using Orleans.Cache.Engine.Replication.Messages;
using Orleans.Cache.Grains.Replication;
using Orleans.Cache.TestKit;

namespace Orleans.Cache.Cluster.Tests.Replication;

/// <summary>Takes the packets of a link in the place of a silo, when the test says so and as it says.</summary>
internal sealed class FakeSilo
{
    /// <summary>How long a packet may be under way, for the silo to count as prompt.</summary>
    public static readonly TimeSpan Slowest = TimeSpan.FromMilliseconds(100);

    private readonly FragmentAssembler _fragments = new();
    private readonly Channel<(int[] Partitions, TaskCompletionSource Taken)> _packets = Channel.CreateUnbounded<(int[], TaskCompletionSource)>();

    public FakeSilo() => Link = new PeerLink("other", TakeAsync, Answers.Add, PeerLink.MaxPacketBytes, Slowest, Time, new ReplicationMetrics(Meters), NullLogger.Instance);

    public ManualTimeProvider Time { get; } = new();

    public PeerLink Link { get; }

    /// <summary>The answers that the link was given to its packets.</summary>
    public List<BatchBytes> Answers { get; } = [];

    /// <summary>What the packets are answered with.</summary>
    public BatchBytes? Answer { get; set; }

    /// <summary>All messages of all packets.</summary>
    public List<(int Partition, PeerMessage Message)> Messages { get; } = [];

    private static IMeterFactory Meters => new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    /// <summary>Queues messages of these partitions, and wakes the link.</summary>
    public void Send(params int[] partitions)
    {
        foreach (var partition in partitions)
        {
            Link.Enqueue(partition, SomeMessages.Append(to: 2, previous: partition, [1]));
        }

        Link.Wake();
    }

    /// <summary>The next packet: the partitions of its messages, and how to end it.</summary>
    public async Task<(int[] Partitions, TaskCompletionSource Taken)> NextAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _packets.Reader.ReadAsync(deadline.Token);
    }

    /// <summary>Fails a packet, and waits until the link knows.</summary>
    public async Task FailAsync(TaskCompletionSource taken)
    {
        var inFlight = Link.InFlight;
        taken.SetException(new TimeoutException());
        while (Link.InFlight == inFlight)
        {
            await Task.Yield();
        }
    }

    public bool HasPacket => _packets.Reader.TryPeek(out _);

    private async ValueTask<BatchBytes?> TakeAsync(BatchBytes packet)
    {
        var taken = new TaskCompletionSource();
        var messages = new List<(int Partition, PeerMessage Message)>();

        // A copy: the link gives the packet back.
        ReplicationFormat.ViewMessages(packet.Span.ToArray(), _fragments, messages, WireMoment.Of(Time));
        Messages.AddRange(messages);
        _packets.Writer.TryWrite(([.. messages.Select(static item => item.Partition)], taken));
        await taken.Task;
        return Answer;
    }
}
