-- What somebody should know: each once in a period under a limit. A notice is written in the
-- transaction that makes it true, and told afterwards; told_ms null is the outbox.

create table notice (
    id integer primary key,
    kind text not null,
    key text not null,
    period_ms integer not null,
    limit_version integer not null,
    level text not null check (level in ('!', 'x')),
    job_id integer,
    text text not null,
    fired_ms integer not null,
    told_ms integer,
    unique (kind, key, period_ms, limit_version)
) strict;
create index notice_untold on notice (id) where told_ms is null;

create table notice_delivery (
    notice_id integer not null references notice (id),
    channel text not null check (channel in ('command', 'webhook')),
    delivered integer not null check (delivered in (0, 1)),
    tries integer not null check (tries > 0),
    why text not null,
    ended_ms integer not null,
    primary key (notice_id, channel)
) strict, without rowid;
