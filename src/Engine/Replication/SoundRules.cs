namespace Orleans.Cache.Engine.Replication;

/// <summary>The rules as they are.</summary>
internal sealed class SoundRules : ReplicationRules
{
    public static readonly SoundRules Instance = new();
}
