using System.Globalization;
using Npgsql;
using Orleans.Cache.PostgreSql.Schema;

namespace Orleans.Cache.PostgreSql.Tests;

public sealed class SchemaTests(RunningServer server)
{
    [Fact]
    public async Task Apply_Twice_ChangesNothingTheSecondTime()
    {
        var database = await server.CreateDatabaseAsync();
        var schema = new DatabaseSchema(database);

        var before = await schema.ApplyAsync(CancellationToken.None);
        var first = await DescribeAsync(database);
        var between = await schema.ApplyAsync(CancellationToken.None);
        var second = await DescribeAsync(database);

        Assert.Null(before);
        Assert.Equal(DatabaseSchema.Version, between);
        Assert.Equal(first, second);
        Assert.Contains("orleansquery", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_ByEightAtOnce_IsDoneOnce()
    {
        var database = await server.CreateDatabaseAsync();

        var found = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => new DatabaseSchema(database).ApplyAsync(CancellationToken.None))));

        Assert.Equal([null, .. Enumerable.Repeat<int?>(DatabaseSchema.Version, 7)], found.Order());
        Assert.Equal(DatabaseSchema.Version, await new DatabaseSchema(database).ReadVersionAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Apply_OverOwnQueryOfAnOlderVersion_BringsItUpToDate()
    {
        var database = await server.CreateGridDatabaseAsync();
        var wanted = await DescribeAsync(database);
        await ExecuteAsync(database, "UPDATE OrleansQuery SET QueryText = 'SELECT 1'; DELETE FROM OrleansQuery WHERE QueryKey = 'GatewaysQueryKey'; UPDATE ocache_schema SET version = 0");

        await new DatabaseSchema(database).EnsureAsync(create: true, CancellationToken.None);

        Assert.Equal(wanted, await DescribeAsync(database));
    }

    [Fact]
    public async Task NewerSchema_IsRefusedAndLeftAlone()
    {
        var database = await server.CreateGridDatabaseAsync();
        var newer = DatabaseSchema.Version + 1;
        await ExecuteAsync(database, string.Create(CultureInfo.InvariantCulture, $"UPDATE ocache_schema SET version = {newer}; DELETE FROM OrleansQuery"));
        var before = await DescribeAsync(database);
        var schema = new DatabaseSchema(database);

        var apply = await Assert.ThrowsAsync<CacheDatabaseException>(() => schema.ApplyAsync(CancellationToken.None));
        var ensure = await Assert.ThrowsAsync<CacheDatabaseException>(() => schema.EnsureAsync(create: true, CancellationToken.None));

        Assert.Contains($"The database has version {newer} of the grid's schema, and this program knows version {DatabaseSchema.Version} at most.", apply.Message, StringComparison.Ordinal);
        Assert.Equal(apply.Message, ensure.Message);
        Assert.False(apply.IsUnreachable);
        Assert.Equal(before, await DescribeAsync(database));
    }

    [Fact]
    public async Task MissingSchema_IsSaidAndNotCreated()
    {
        var database = await server.CreateDatabaseAsync();
        var schema = new DatabaseSchema(database);

        var error = await Assert.ThrowsAsync<CacheDatabaseException>(() => schema.EnsureAsync(create: false, CancellationToken.None));

        Assert.Contains("'ocache db init'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Silo:PostgreSql:CreateSchema", error.Message, StringComparison.Ordinal);
        Assert.Empty(await DescribeAsync(database));
        await schema.EnsureAsync(create: true, CancellationToken.None);
        await schema.EnsureAsync(create: false, CancellationToken.None);
    }

    [Fact]
    public async Task SchemaThatIsThere_NeedsNoRightToCreate()
    {
        var name = await server.Server.CreateDatabaseAsync();
        await new DatabaseSchema(RunningServer.DatabaseOf(server.Server.ConnectionString(name))).ApplyAsync(CancellationToken.None);
        var role = $"role_{Guid.NewGuid():N}";
        await server.Server.ExecuteAsync(name, $"CREATE ROLE {role} LOGIN PASSWORD 'role'; GRANT SELECT ON ocache_schema TO {role}");

        await new DatabaseSchema(RunningServer.DatabaseOf(server.Server.ConnectionString(name, role, "role"))).EnsureAsync(create: true, CancellationToken.None);
    }

    [Fact]
    public async Task MissingSchema_WithoutTheRightToCreate_IsSaid()
    {
        var name = await server.Server.CreateDatabaseAsync();
        var role = $"role_{Guid.NewGuid():N}";
        await server.Server.ExecuteAsync(name, $"CREATE ROLE {role} LOGIN PASSWORD 'role'; REVOKE CREATE ON SCHEMA public FROM PUBLIC");

        var error = await Assert.ThrowsAsync<CacheDatabaseException>(
            () => new DatabaseSchema(RunningServer.DatabaseOf(server.Server.ConnectionString(name, role, "role"))).EnsureAsync(create: true, CancellationToken.None));

        Assert.Contains("permission denied for schema public", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsUnreachable);
    }

    /// <summary>Every column of our tables and every query, but not when they were written.</summary>
    private static Task<string> DescribeAsync(Database database) => database.UseAsync(
        static async (connection, token) =>
        {
            const string columns = """
                SELECT string_agg(concat_ws(' ', table_name, column_name, data_type, character_maximum_length, is_nullable, column_default), E'\n' ORDER BY table_name, ordinal_position)
                FROM information_schema.columns WHERE table_schema = 'public'
                """;
            const string queries = "SELECT string_agg(QueryKey || QueryText, E'\n' ORDER BY QueryKey) FROM OrleansQuery";
            await using var first = new NpgsqlCommand(columns, connection);
            if (await first.ExecuteScalarAsync(token) is not string tables)
            {
                return string.Empty;
            }

            await using var second = new NpgsqlCommand(queries, connection);
            return $"{tables}\n{await second.ExecuteScalarAsync(token)}";
        },
        CancellationToken.None);

    private static Task<int> ExecuteAsync(Database database, string statements) => database.UseAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(statements, connection);
            return await command.ExecuteNonQueryAsync(token);
        },
        CancellationToken.None);
}
