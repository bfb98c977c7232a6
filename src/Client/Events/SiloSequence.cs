using Orleans.Cache.Contracts.Events;

namespace Orleans.Cache.Client.Events;

/// <summary>How far a silo's events were heard. Not safe for several threads.</summary>
/// <remarks>Trusts numbers, not delivery: what is missing between two messages, or of a run that ended without a farewell, shows.</remarks>
internal sealed class SiloSequence
{
    private const long Unknown = 0;

    private long _run;
    private long _next;

    /// <param name="isFollowedFromStart">Whether all that the silo ever tells is missed if it is not heard: it has joined since.</param>
    public SiloSequence(bool isFollowedFromStart) => _next = isFollowedFromStart ? 1 : Unknown;

    /// <summary>Whether the run that was heard last has said that it ends, or none was heard.</summary>
    public bool IsOver { get; private set; } = true;

    /// <summary>From where on events must be heard, if that is not known yet.</summary>
    public void Begin(long run, long next)
    {
        if (_run == 0 && run != 0)
        {
            _run = run;
            _next = _next == Unknown ? next : _next;
            IsOver = false;
        }
    }

    /// <summary>Takes a message.</summary>
    /// <param name="message">It.</param>
    /// <param name="skip">How many of its events were heard before.</param>
    /// <param name="missed">How many before it were not heard; <see langword="null"/>: nobody knows.</param>
    /// <returns>Whether it is one of the newest run.</returns>
    public bool TryTake(EventsMessage message, out int skip, out long? missed)
    {
        skip = 0;
        missed = 0;
        if (message.Run < _run)
        {
            return false;
        }

        var isUncounted = message.Run > _run && !IsOver;
        if (message.Run > _run)
        {
            _next = _run == 0 && _next == Unknown ? message.First : 1;
            _run = message.Run;
        }

        missed = isUncounted ? null : Math.Max(0, message.First - _next);
        skip = (int)Math.Clamp(_next - message.First, 0, message.Count);
        _next = Math.Max(_next, message.First + message.Count);
        IsOver = message.Mark == EventsMark.Last;
        return true;
    }
}
