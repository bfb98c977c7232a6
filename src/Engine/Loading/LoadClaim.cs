namespace Orleans.Cache.Engine.Loading;

/// <summary>What came of asking for a lease.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Token">Of a lease that was granted.</param>
/// <param name="Lease">To wait for, if it is held and there was room to wait: then <see cref="LoadTable.Leave"/> must follow.</param>
/// <param name="Changed">What to wait for then.</param>
/// <param name="Until">When the holder's time is over then, by the clock's timestamps.</param>
internal readonly record struct LoadClaim(LoadClaimOutcome Outcome, long Token = LoadTable.NoToken, LoadLease? Lease = null, Task? Changed = null, long Until = 0);
