namespace Orleans.Cache.Cli.Output.Documents;

/// <summary>What <c>stats --json</c> prints.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="Silos">What each silo counted since it started.</param>
/// <param name="Total">The sum.</param>
internal sealed record StatisticsDocument(string Cache, IReadOnlyList<SiloCountsDocument> Silos, SiloCountsDocument Total)
{
    /// <summary>Makes the document of one cache from what every silo counts.</summary>
    public static StatisticsDocument Of(string cache, IReadOnlyList<SiloStatistics> statistics)
    {
        var total = new CacheStatistics { Cache = cache };
        var silos = new List<SiloCountsDocument>(statistics.Count);
        foreach (var silo in statistics)
        {
            // A silo that never saw the cache counts nothing for it.
            var counts = silo.Caches.FirstOrDefault(candidate => candidate.Cache == cache) ?? new CacheStatistics { Cache = cache };
            silos.Add(SiloCountsDocument.Of(silo.Silo, counts));
            total = total.Plus(counts);
        }

        return new StatisticsDocument(cache, silos, SiloCountsDocument.Of(silo: null, total));
    }
}
