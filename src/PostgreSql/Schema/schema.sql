-- The schema of an Orleans.Cache grid in PostgreSQL, version 1. Run as a whole, in one transaction and under the lock that DatabaseSchema
-- takes; running it again changes nothing.
--
-- Names of tables, columns, query keys and parameters that start with Orleans are those that Orleans' ADO.NET membership asks for: it reads
-- its queries from OrleansQuery and knows results by the names of their columns. A query that changes the membership answers with one number:
-- 0 when nothing was changed.

CREATE TABLE IF NOT EXISTS OrleansQuery
(
    QueryKey  varchar(64)   PRIMARY KEY,
    QueryText varchar(8000) NOT NULL
);

-- One row for each cluster. Every change of the membership raises the version, and is refused unless it names the version it was made from.
CREATE TABLE IF NOT EXISTS OrleansMembershipVersionTable
(
    DeploymentId varchar(150)   PRIMARY KEY,
    Timestamp    timestamptz(3) NOT NULL DEFAULT now(),
    Version      integer        NOT NULL DEFAULT 0
);

-- One row for each run of a silo.
CREATE TABLE IF NOT EXISTS OrleansMembershipTable
(
    DeploymentId varchar(150)   NOT NULL REFERENCES OrleansMembershipVersionTable (DeploymentId),
    Address      varchar(45)    NOT NULL,
    Port         integer        NOT NULL,
    Generation   integer        NOT NULL,
    SiloName     varchar(150)   NOT NULL,
    HostName     varchar(150)   NOT NULL,
    Status       integer        NOT NULL,
    ProxyPort    integer        NULL,
    SuspectTimes varchar(8000)  NULL,
    StartTime    timestamptz(3) NOT NULL,
    IAmAliveTime timestamptz(3) NOT NULL,

    PRIMARY KEY (DeploymentId, Address, Port, Generation)
);

-- The grid's record of who owns what: one row for each grid.
CREATE TABLE IF NOT EXISTS ocache_topology
(
    service_id text        NOT NULL,
    cluster_id text        NOT NULL,
    version    bigint      NOT NULL CHECK (version > 0),
    content    bytea       NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (service_id, cluster_id)
);

-- The version of all this: a single row.
CREATE TABLE IF NOT EXISTS ocache_schema
(
    only_row   boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    version    integer     NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO OrleansQuery (QueryKey, QueryText)
VALUES
    ('InsertMembershipVersionKey', $query$
        WITH added AS
        (
            INSERT INTO OrleansMembershipVersionTable (DeploymentId)
            VALUES (@DeploymentId)
            ON CONFLICT (DeploymentId) DO NOTHING
            RETURNING 1
        )
        SELECT count(*)::integer FROM added
    $query$),

    -- A writer that comes second waits for the row of the version, finds it raised, and adds nothing.
    ('InsertMembershipKey', $query$
        WITH raised AS
        (
            UPDATE OrleansMembershipVersionTable
            SET Version = Version + 1, Timestamp = now()
            WHERE DeploymentId = @DeploymentId
                AND Version = @Version
                AND NOT EXISTS
                (
                    SELECT FROM OrleansMembershipTable
                    WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
                )
            RETURNING DeploymentId
        ),
        added AS
        (
            INSERT INTO OrleansMembershipTable
                (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
            SELECT DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
            FROM raised
            RETURNING 1
        )
        SELECT count(*)::integer FROM added
    $query$),

    ('UpdateMembershipKey', $query$
        WITH raised AS
        (
            UPDATE OrleansMembershipVersionTable
            SET Version = Version + 1, Timestamp = now()
            WHERE DeploymentId = @DeploymentId
                AND Version = @Version
                AND EXISTS
                (
                    SELECT FROM OrleansMembershipTable
                    WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
                )
            RETURNING DeploymentId
        ),
        changed AS
        (
            UPDATE OrleansMembershipTable AS member
            SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
            FROM raised
            WHERE member.DeploymentId = raised.DeploymentId
                AND member.Address = @Address AND member.Port = @Port AND member.Generation = @Generation
            RETURNING 1
        )
        SELECT count(*)::integer FROM changed
    $query$),

    -- Says only that the silo runs: not a change of the membership, so the version stays.
    ('UpdateIAmAlivetimeKey', $query$
        UPDATE OrleansMembershipTable
        SET IAmAliveTime = @IAmAliveTime
        WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
    $query$),

    -- The version comes with every row, and alone when there is no such silo.
    ('MembershipReadRowKey', $query$
        SELECT cluster.DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, SuspectTimes, StartTime, IAmAliveTime, Version
        FROM OrleansMembershipVersionTable AS cluster
        LEFT JOIN OrleansMembershipTable AS member
            ON member.DeploymentId = cluster.DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
        WHERE cluster.DeploymentId = @DeploymentId
    $query$),

    ('MembershipReadAllKey', $query$
        SELECT cluster.DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, SuspectTimes, StartTime, IAmAliveTime, Version
        FROM OrleansMembershipVersionTable AS cluster
        LEFT JOIN OrleansMembershipTable AS member ON member.DeploymentId = cluster.DeploymentId
        WHERE cluster.DeploymentId = @DeploymentId
    $query$),

    ('GatewaysQueryKey', $query$
        SELECT Address, ProxyPort, Generation
        FROM OrleansMembershipTable
        WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0
    $query$),

    ('DeleteMembershipTableEntriesKey', $query$
        DELETE FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId;
        DELETE FROM OrleansMembershipVersionTable WHERE DeploymentId = @DeploymentId
    $query$),

    -- 3 is the status of an active silo.
    ('CleanupDefunctSiloEntriesKey', $query$
        DELETE FROM OrleansMembershipTable
        WHERE DeploymentId = @DeploymentId AND IAmAliveTime < @IAmAliveTime AND Status <> 3
    $query$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO ocache_schema (version)
VALUES (1)
ON CONFLICT (only_row) DO UPDATE SET version = excluded.version, applied_at = now();
