namespace Orleans.Cache.Chaos.Tests.Load;

/// <summary>What a store does wrong, now and then.</summary>
public enum Flaw
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Acknowledges sets, and keeps the value before.</summary>
    ForgetsSets,

    /// <summary>Reads what was before the last set.</summary>
    ReadsOld,

    /// <summary>Reads nothing.</summary>
    ReadsNothing,

    /// <summary>Reads what nobody has written.</summary>
    Invents,

    /// <summary>Says that a set was not done, and does it.</summary>
    DoesWhatItRefuses,

    /// <summary>Acknowledges removals, and does nothing.</summary>
    KeepsRemoved,

    /// <summary>Acknowledges increments, and does nothing.</summary>
    ForgetsIncrements,

    /// <summary>Does increments twice.</summary>
    IncrementsTwice,

    /// <summary>Reads the value of another key.</summary>
    MixesKeys,
}
