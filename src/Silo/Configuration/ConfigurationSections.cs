namespace Orleans.Cache.Silo.Configuration;

/// <summary>Reads sections of the configuration into options. What does not fit is told in a sentence that names it; a silo is not started.</summary>
internal static class ConfigurationSections
{
    /// <exception cref="SiloConfigurationException">A name is no option, or a value does not fit its option.</exception>
    public static T Read<T>(IConfiguration configuration, string section)
        where T : class, new()
    {
        if (UnknownOptions.Find(configuration.GetSection(section), typeof(T)) is { } unknown)
        {
            throw new SiloConfigurationException(unknown);
        }

        try
        {
            // Nothing is unknown any more; but without this the binder leaves out an element of a collection that it cannot read.
            return configuration.GetSection(section).Get<T>(static binder => binder.ErrorOnUnknownConfiguration = true) ?? new T();
        }
        catch (InvalidOperationException exception)
        {
            // The binder wraps the sentence that names option and value once for each collection around it.
            var innermost = exception;
            while (innermost.InnerException is InvalidOperationException inner)
            {
                innermost = inner;
            }

            throw new SiloConfigurationException(innermost.Message);
        }
    }
}
