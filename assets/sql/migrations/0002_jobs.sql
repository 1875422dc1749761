-- Jobs, documents, stages, units and what they make. A state changes only where the row still has
-- the state and the lease that the change expects. The sums are kept by triggers, so that they are
-- part of every transaction and no screen ever counts units.

create table job (
    id integer primary key autoincrement,
    kind text not null check (kind in ('ingest', 'batch')),
    name text not null,
    source text not null,
    collection text not null,
    spec text not null,
    pipeline text not null,
    state text not null check (state in ('queued', 'running', 'paused', 'waiting', 'interrupted',
        'done', 'done_with_failures', 'failed', 'cancelled')),
    reason text not null default '',
    not_before_ms integer,
    priority integer not null,
    tag text not null,
    client_id text unique,
    cap_pico integer check (cap_pico >= 0),
    discovered integer not null default 0 check (discovered in (0, 1)),
    pages integer not null default 0,
    chunks integer not null default 0,
    created_ms integer not null,
    started_ms integer,
    ended_ms integer
) strict;
create index job_unfinished on job (id) where ended_ms is null;

create table document (
    id integer primary key autoincrement,
    job_id integer not null references job (id) on delete cascade,
    uri text not null,
    size integer not null,
    modified_ms integer not null,
    sha256 blob check (length(sha256) = 32),
    format text not null default '',
    title text not null default '',
    pages integer not null default 0,
    chunks integer not null default 0,
    stage text not null,
    state text not null check (state in ('new', 'working', 'done', 'partial', 'failed', 'skipped',
        'cancelled')),
    reason text not null default '',
    changed_ms integer not null,
    unique (job_id, uri)
) strict;
create index document_unfinished on document (job_id, id) where state in ('new', 'working');
create index document_by_sha256 on document (sha256) where sha256 is not null;
create index document_by_uri on document (uri);

create table stage (
    document_id integer not null references document (id) on delete cascade,
    name text not null,
    units integer not null default 0,
    done integer not null default 0,
    skipped integer not null default 0,
    failed integer not null default 0,
    started_ms integer,
    ended_ms integer,
    primary key (document_id, name)
) strict, without rowid;

create table unit (
    id integer primary key autoincrement,
    document_id integer not null references document (id) on delete cascade,
    job_id integer not null,
    stage text not null,
    kind text not null check (kind in ('document', 'page', 'image', 'chunk', 'request')),
    ordinal integer not null,
    key blob not null check (length(key) = 32),
    state text not null check (state in ('ready', 'leased', 'waiting', 'done', 'skipped', 'failed',
        'dead')),
    reason text not null default '',
    cause text not null default '',
    tries integer not null default 0,
    not_before_ms integer,
    lease_owner integer,
    lease_token integer,
    lease_until_ms integer,
    changed_ms integer not null,
    unique (document_id, stage, ordinal)
) strict;
create index unit_open on unit (document_id, stage, ordinal)
    where state in ('ready', 'leased', 'waiting');
create index unit_leased on unit (lease_owner) where state = 'leased';
create index unit_failed on unit (job_id) where state in ('failed', 'dead');

create table output (
    unit_id integer primary key references unit (id) on delete cascade,
    content blob not null
) strict;

-- What a document shows. Prepared bytes are a file named by their hash. same_as: the ordinal of the
-- image whose description it shares.
create table image (
    document_id integer not null references document (id) on delete cascade,
    ordinal integer not null,
    page integer not null,
    box_left integer not null,
    box_top integer not null,
    box_right integer not null,
    box_bottom integer not null,
    width integer not null,
    height integer not null,
    colors integer not null,
    scanned_page integer not null check (scanned_page in (0, 1)),
    pixels blob not null check (length(pixels) = 32),
    dhash integer not null,
    mime text not null,
    file blob check (length(file) = 32),
    prepared_width integer not null,
    prepared_height integer not null,
    same_as integer,
    primary key (document_id, ordinal)
) strict, without rowid;

-- What a picture shows, whoever asks again: paid once for all documents.
create table description (
    pixels blob not null check (length(pixels) = 32),
    maker text not null,
    kind text not null,
    text text not null,
    model text not null,
    created_ms integer not null,
    primary key (pixels, maker)
) strict, without rowid;

create table chunk (
    id integer primary key,
    document_id integer not null references document (id) on delete cascade,
    ordinal integer not null,
    page_first integer not null,
    page_last integer not null,
    image integer not null,
    tokens integer not null,
    section text not null,
    text text not null,
    unique (document_id, ordinal)
) strict;

-- How many documents ('document', by state; 'at', by stage) and units (by stage, state, cause).
create table tally (
    job_id integer not null references job (id) on delete cascade,
    what text not null,
    state text not null,
    cause text not null,
    n integer not null,
    primary key (job_id, what, state, cause)
) strict, without rowid;

create trigger document_counted after insert on document begin
    insert into tally values (new.job_id, 'document', new.state, '', 1)
        on conflict do update set n = n + 1;
    insert into tally values (new.job_id, 'at', new.stage, '', 1)
        on conflict do update set n = n + 1;
end;

create trigger document_moved after update of state on document when old.state <> new.state begin
    update tally set n = n - 1 where job_id = old.job_id and what = 'document'
        and state = old.state and cause = '';
    insert into tally values (new.job_id, 'document', new.state, '', 1)
        on conflict do update set n = n + 1;
end;

create trigger document_advanced after update of stage on document when old.stage <> new.stage
begin
    update tally set n = n - 1 where job_id = old.job_id and what = 'at' and state = old.stage
        and cause = '';
    insert into tally values (new.job_id, 'at', new.stage, '', 1)
        on conflict do update set n = n + 1;
end;

create trigger document_grew after update of pages, chunks on document begin
    update job set pages = pages + new.pages - old.pages, chunks = chunks + new.chunks - old.chunks
        where id = new.job_id;
end;

create trigger unit_counted after insert on unit begin
    insert into tally values (new.job_id, new.stage, new.state, new.cause, 1)
        on conflict do update set n = n + 1;
    insert into stage (document_id, name, units, done, skipped, failed, started_ms, ended_ms)
        values (new.document_id, new.stage, 1, new.state = 'done', new.state = 'skipped',
            new.state in ('failed', 'dead'), new.changed_ms, new.changed_ms)
        on conflict do update set units = units + 1, done = done + excluded.done,
            skipped = skipped + excluded.skipped, failed = failed + excluded.failed,
            ended_ms = excluded.ended_ms;
end;

create trigger unit_moved after update of state, cause on unit
    when old.state <> new.state or old.cause <> new.cause
begin
    update tally set n = n - 1 where job_id = old.job_id and what = old.stage
        and state = old.state and cause = old.cause;
    insert into tally values (new.job_id, new.stage, new.state, new.cause, 1)
        on conflict do update set n = n + 1;
    update stage set
        done = done + (new.state = 'done') - (old.state = 'done'),
        skipped = skipped + (new.state = 'skipped') - (old.state = 'skipped'),
        failed = failed + (new.state in ('failed', 'dead')) - (old.state in ('failed', 'dead')),
        ended_ms = new.changed_ms
        where document_id = new.document_id and name = new.stage;
end;
