namespace Orleans.Cache.Grains.Events;

/// <summary>Whether this silo's events get away. Safe for any number of threads.</summary>
internal sealed class EventStatus
{
    private volatile string? _problem;

    /// <summary>Why events are lost; <see langword="null"/>: none are, or there are none.</summary>
    public string? Problem
    {
        get => _problem;
        set => _problem = value;
    }
}
