-- Prices, budgets, calls and the ledger. Amounts are whole 1e-12 USD. What is written to ledger and
-- charge is never edited; a correction is another row with the next seq.

create table mark (
    name text primary key,
    value integer not null
) strict, without rowid;

create table price (
    id integer primary key,
    provider text not null,
    model text not null,
    region text not null,
    dim text not null,
    service text not null,
    tier_above integer not null check (tier_above >= 0),
    currency text not null,
    amount_pico integer not null check (amount_pico >= 0),
    per integer not null check (per > 0),
    from_ms integer not null,
    until_ms integer check (until_ms >= from_ms),
    source text not null
) strict;
create index price_by_key on price (provider, model, region, dim, service, tier_above, from_ms);

create table unpriced (
    provider text not null,
    model text not null,
    refused integer not null default 0,
    attempts integer not null default 0,
    last_ms integer not null,
    primary key (provider, model)
) strict, without rowid;

create table budget (
    id integer primary key,
    name text not null unique check (name <> ''),
    provider text not null,
    model text not null,
    tag text not null,
    task text not null,
    data_class text not null,
    job_id integer,
    limit_pico integer check (limit_pico >= 0),
    hard integer not null check (hard in (0, 1)),
    allow_unpriced integer not null check (allow_unpriced in (0, 1)),
    period_kind text not null check (period_kind in ('month', 'week', 'day', 'days', 'total')),
    anchor_day integer not null,
    days integer not null,
    zone text not null,
    alerts text not null,
    limit_version integer not null default 1,
    from_config integer not null check (from_config in (0, 1)),
    dropped integer not null default 0 check (dropped in (0, 1)),
    check (not (hard and allow_unpriced))
) strict;

create table period (
    budget_id integer not null references budget (id),
    start_ms integer not null,
    end_ms integer,
    spent_pico integer not null default 0 check (spent_pico >= 0),
    held_pico integer not null default 0 check (held_pico >= 0),
    estimated_pico integer not null default 0,
    uncertain_pico integer not null default 0,
    calls_open integer not null default 0 check (calls_open >= 0),
    primary key (budget_id, start_ms)
) strict, without rowid;

create table alert (
    budget_id integer not null references budget (id),
    start_ms integer not null,
    limit_version integer not null,
    threshold integer not null,
    fired_ms integer not null,
    primary key (budget_id, start_ms, limit_version, threshold)
) strict, without rowid;

create table call (
    id integer primary key,
    key blob check (length(key) = 32),
    job_id integer,
    unit_id integer,
    purpose text not null,
    task text not null,
    data_class text not null,
    tag text not null,
    created_ms integer not null
) strict;
create index call_by_key on call (key) where key is not null;
create index call_by_job on call (job_id) where job_id is not null;

create table attempt (
    id integer primary key,
    call_id integer not null references call (id),
    number integer not null check (number > 0),
    provider text not null,
    model text not null,
    region text not null,
    service text not null,
    reason text not null,
    fallback integer not null,
    local integer not null,
    price_state integer not null,
    bound_kind text not null,
    state text not null check (state in ('queued', 'sent', 'answered', 'failed', 'uncertain')),
    started_ms integer not null,
    sent_ms integer,
    ended_ms integer,
    outcome text,
    http_status integer,
    latency_ms integer,
    first_token_ms integer,
    error_code text,
    error_text text,
    served_model text,
    upstream_id text,
    finish text
) strict;
create index attempt_by_call on attempt (call_id);
create index attempt_uncertain on attempt (id) where state = 'uncertain';

create table hold (
    attempt_id integer primary key references attempt (id),
    amount_pico integer not null check (amount_pico >= 0)
) strict;

create table hold_budget (
    attempt_id integer not null references hold (attempt_id),
    budget_id integer not null,
    start_ms integer not null,
    primary key (attempt_id, budget_id),
    foreign key (budget_id, start_ms) references period (budget_id, start_ms)
) strict, without rowid;

create table ledger (
    attempt_id integer not null references attempt (id),
    seq integer not null,
    kind text not null check (kind in ('settle', 'release', 'uncertain', 'correct')),
    cost_pico integer not null,
    stated_pico integer,
    quality text not null,
    flags text not null,
    priced integer not null check (priced in (0, 1)),
    settled_ms integer not null,
    primary key (attempt_id, seq)
) strict, without rowid;

create table ledger_budget (
    attempt_id integer not null,
    seq integer not null,
    budget_id integer not null,
    start_ms integer not null,
    primary key (attempt_id, seq, budget_id),
    foreign key (attempt_id, seq) references ledger (attempt_id, seq)
) strict, without rowid;

-- sub: 0 the model of the attempt; else another one that worked in the same call, from 1, by name.
create table charge (
    attempt_id integer not null,
    seq integer not null,
    sub integer not null default 0 check (sub >= 0),
    model text,
    dim text not null,
    units integer not null check (units >= 0),
    price_pico integer,
    price_per integer check (price_per > 0),
    price_id integer,
    amount_pico integer,
    primary key (attempt_id, seq, sub, dim),
    foreign key (attempt_id, seq) references ledger (attempt_id, seq),
    check ((sub = 0) = (model is null))
) strict, without rowid;

create table usage_raw (
    attempt_id integer primary key references attempt (id),
    json text not null
) strict;

create table result (
    call_id integer primary key references call (id),
    attempt_id integer not null references attempt (id),
    content blob not null
) strict;

create table overrun (
    attempt_id integer not null references attempt (id),
    budget_id integer not null,
    start_ms integer not null,
    amount_pico integer not null check (amount_pico > 0),
    at_ms integer not null,
    primary key (attempt_id, budget_id)
) strict, without rowid;

-- grain: 0 an hour, 1 a day, 2 a month, all in UTC; start_ms is when it begins.
create table rollup (
    id integer primary key,
    grain integer not null check (grain in (0, 1, 2)),
    start_ms integer not null,
    provider text not null,
    model text not null,
    task text not null,
    tag text not null,
    job_id integer not null,
    calls integer not null,
    attempts integer not null,
    errors integer not null,
    unpriced integer not null,
    cost_pico integer not null,
    estimated_pico integer not null,
    uncertain_pico integer not null,
    answered integer not null,
    latency_ms integer not null
) strict;
create unique index rollup_by_key on rollup
    (grain, start_ms, provider, model, task, tag, job_id);
create index rollup_by_job on rollup (job_id, grain, start_ms) where job_id <> 0;

create table rollup_usage (
    rollup_id integer not null references rollup (id),
    dim text not null,
    units integer not null,
    primary key (rollup_id, dim)
) strict, without rowid;
