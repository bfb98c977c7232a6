namespace Orleans.Cache.Engine.Topology;

/// <summary>An immutable state of something that changes; a later state has a higher version.</summary>
internal interface IVersionedSnapshot
{
    long Version { get; }
}
