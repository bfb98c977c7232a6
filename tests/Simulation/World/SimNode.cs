using Orleans.Cache.Simulation.Planted;

namespace Orleans.Cache.Simulation.World;

/// <summary>
/// A process with a copy of each partition. It crashes, restarts with or without its memory, sleeps (also in the middle of a step, at any
/// look at the clock), and its clocks run off.
/// </summary>
internal sealed class SimNode
{
    private readonly SimWorld _world;
    private readonly SimRandom _random;
    private readonly int _ratePerMille;
    private readonly List<Action> _inbox = [];
    private readonly List<Action> _held = [];
    private long _clockOffset;
    private long _wallOffset;
    private long _run;
    private long _sleptInStep;
    private int _looksUntilSleep;
    private long _sleepAtLook;

    public SimNode(SimWorld world, int index, SimRandom random)
    {
        _world = world;
        _random = random;
        Index = index;
        var drift = world.Settings.ClockDriftPerMille;
        _ratePerMille = 1000 + (random.Chance(500) ? random.Next(-drift, drift + 1) : random.Chance(500) ? drift : -drift);
        _clockOffset = random.NextInt64(1_000_000_000);
        _wallOffset = random.NextInt64(3_600_000_000);
        Copies = new SimCopy[world.Settings.Partitions];
        StartWithoutMemory();
    }

    public int Index { get; }

    public SimCopy[] Copies { get; private set; }

    public bool IsUp { get; private set; }

    public bool IsAsleep { get; private set; }

    /// <summary>Counts starts: what was on its way to an earlier one is lost with the connection.</summary>
    public long Boot { get; private set; }

    /// <summary>The monotonic clock, as the process sees it. Each look may be the one after which it sleeps.</summary>
    public long LookAtClock()
    {
        if (_looksUntilSleep > 0 && --_looksUntilSleep == 0)
        {
            _sleptInStep = _sleepAtLook;
        }

        return ((_world.Queue.Time + _sleptInStep) * _ratePerMille / 1000) + _clockOffset;
    }

    /// <summary>What the monotonic clock showed, or would have shown, at a time of the world.</summary>
    public long ClockAt(long time) => (time * _ratePerMille / 1000) + _clockOffset;

    public long WallClock() => _world.Queue.Time + _wallOffset;

    /// <summary>Sends when the process is awake: what it says after it slept in a step leaves when it wakes.</summary>
    public void Emit(Action send)
    {
        if (_sleptInStep > 0)
        {
            _held.Add(send);
        }
        else
        {
            send();
        }
    }

    /// <summary>Something arrives that was sent to a start of this process.</summary>
    public void Deliver(long boot, Action step)
    {
        if (!IsUp || boot != Boot)
        {
            return;
        }

        if (IsAsleep)
        {
            _inbox.Add(step);
            return;
        }

        Do(step);
    }

    public void Crash()
    {
        IsUp = IsAsleep = false;
        _inbox.Clear();
        _held.Clear();
        _looksUntilSleep = 0;
        Boot++;
    }

    public void StartWithoutMemory()
    {
        var flaw = _world.Flaw;
        _run += flaw == Flaw.NameKeptWithoutMemory && _run > 0 ? 0 : 1;
        IsUp = true;
        for (var partition = 0; partition < Copies.Length; partition++)
        {
            Copies[partition] = new SimCopy(_world, this, partition, _run << 20, _random.Fork());
        }

        Begin();
    }

    public void StartWithMemory()
    {
        IsUp = true;
        _clockOffset = _random.NextInt64(1_000_000_000) - (_world.Queue.Time * _ratePerMille / 1000);
        foreach (var copy in Copies)
        {
            copy.Core.Restart();
        }

        Begin();
    }

    public void Sleep(long ticks)
    {
        if (IsUp && !IsAsleep)
        {
            IsAsleep = true;
            var boot = Boot;
            _world.Queue.After(ticks, () => Wake(boot));
        }
    }

    /// <summary>Lets the process sleep in the middle of a step, at one of its next looks at the clock.</summary>
    public void SleepInStep(int looks, long ticks) => (_looksUntilSleep, _sleepAtLook) = (looks, ticks);

    public void StaysAwake() => _looksUntilSleep = 0;

    public void JumpWallClock(long ticks) => _wallOffset += ticks;

    private void Begin()
    {
        foreach (var copy in Copies)
        {
            copy.Core.Want(_world.Wanted[copy.Partition]);
        }

        PlanTick(Boot, _random.NextInt64(_world.Settings.TickTicks));
    }

    private void PlanTick(long boot, long ticks) => _world.Queue.After(ticks, () =>
    {
        if (!IsUp || boot != Boot)
        {
            return;
        }

        if (!IsAsleep)
        {
            Do(Tick);
        }

        PlanTick(boot, _world.Settings.TickTicks);
    });

    private void Tick()
    {
        foreach (var copy in Copies)
        {
            copy.Core.Tick();
            copy.Core.Flush();
        }
    }

    private void Do(Action step)
    {
        step();
        if (_sleptInStep > 0)
        {
            var slept = _sleptInStep;
            _sleptInStep = 0;
            _world.Note($"node {Index} slept {slept / SimSettings.Millisecond} ms in a step");
            IsAsleep = true;
            var boot = Boot;
            _world.Queue.After(slept, () => Wake(boot));
        }
    }

    private void Wake(long boot)
    {
        if (boot != Boot)
        {
            return;
        }

        IsAsleep = false;
        foreach (var send in _held)
        {
            send();
        }

        _held.Clear();
        if (_random.Chance(500))
        {
            Do(Tick);
        }

        var waiting = _inbox.ToArray();
        _inbox.Clear();
        foreach (var step in waiting)
        {
            Deliver(boot, step);
        }
    }
}
