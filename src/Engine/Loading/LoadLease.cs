namespace Orleans.Cache.Engine.Loading;

/// <summary>That one process loads a key's value from the source. Its members are the <see cref="LoadTable"/>'s, under its lock.</summary>
internal sealed class LoadLease(byte[] key)
{
    public byte[] Key => key;

    /// <summary>Who holds it: another token whenever it is given out.</summary>
    public long Token { get; set; }

    /// <summary>Until when, unless it is renewed; by the clock's timestamps.</summary>
    public long Until { get; set; }

    /// <summary>Whether somebody else wrote to the key since it was given out: what its holder brings may be older.</summary>
    public bool IsSpoiled { get; set; }

    public int Waiters { get; set; }

    /// <summary>Completes when it is worth looking again. Whoever waits goes on elsewhere: this may be completed under locks.</summary>
    public TaskCompletionSource Changed { get; set; } = NewSignal();

    public static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
