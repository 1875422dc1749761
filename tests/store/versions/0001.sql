-- Books as version 1 left them: five attempts ended, one waits.
pragma application_id = 1886548850;
pragma user_version = 1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE mark (
    name text primary key,
    value integer not null
) strict, without rowid;
INSERT INTO mark VALUES('highest_ms',1795608000000);
CREATE TABLE price (
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
CREATE TABLE unpriced (
    provider text not null,
    model text not null,
    refused integer not null default 0,
    attempts integer not null default 0,
    last_ms integer not null,
    primary key (provider, model)
) strict, without rowid;
CREATE TABLE budget (
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
INSERT INTO budget VALUES(1,'month','','','','','',NULL,1000000000000,1,0,'month',0,0,'','50,80,100',1,0,0);
CREATE TABLE period (
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
INSERT INTO period VALUES(1,1793491200000,1796083200000,402500000123,70000000000,300000000000,300000000000,1);
CREATE TABLE alert (
    budget_id integer not null references budget (id),
    start_ms integer not null,
    limit_version integer not null,
    threshold integer not null,
    fired_ms integer not null,
    primary key (budget_id, start_ms, limit_version, threshold)
) strict, without rowid;
CREATE TABLE call (
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
INSERT INTO call VALUES(1,NULL,NULL,NULL,'ask','chat','public','team',1795608000000);
INSERT INTO call VALUES(2,NULL,1,NULL,'ask','chat','public','',1795608000000);
INSERT INTO call VALUES(3,NULL,NULL,NULL,'ask','chat','public','team',1795608000000);
INSERT INTO call VALUES(4,NULL,1,NULL,'ask','chat','public','',1795608000000);
INSERT INTO call VALUES(5,NULL,NULL,NULL,'ask','chat','public','team',1795608000000);
INSERT INTO call VALUES(6,NULL,1,NULL,'ask','chat','public','',1795608000000);
CREATE TABLE attempt (
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
INSERT INTO attempt VALUES(1,1,1,'openai','gpt-test','','','the only one',0,0,2,'strict','answered',1795608000000,1795608000000,1795608000000,'answered',200,120,40,NULL,NULL,NULL,NULL,NULL);
INSERT INTO attempt VALUES(2,2,1,'openai','gpt-test','','','the only one',0,0,2,'strict','answered',1795608000000,1795608000000,1795608000000,'answered',200,120,40,NULL,NULL,NULL,NULL,NULL);
INSERT INTO attempt VALUES(3,3,1,'openai','gpt-test','','','the only one',0,0,2,'strict','failed',1795608000000,1795608000000,1795608000000,'busy',200,120,40,NULL,NULL,NULL,NULL,NULL);
INSERT INTO attempt VALUES(4,4,1,'openai','gpt-test','','','the only one',0,0,2,'strict','answered',1795608000000,1795608000000,1795608000000,'answered',200,120,40,NULL,NULL,NULL,NULL,NULL);
INSERT INTO attempt VALUES(5,5,1,'openai','gpt-test','','','the only one',0,0,2,'strict','uncertain',1795608000000,1795608000000,1795608000000,'uncertain',200,120,40,NULL,NULL,NULL,NULL,NULL);
INSERT INTO attempt VALUES(6,6,1,'openai','gpt-test','','','the only one',0,0,2,'strict','queued',1795608000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE hold (
    attempt_id integer primary key references attempt (id),
    amount_pico integer not null check (amount_pico >= 0)
) strict;
INSERT INTO hold VALUES(6,70000000000);
CREATE TABLE hold_budget (
    attempt_id integer not null references hold (attempt_id),
    budget_id integer not null,
    start_ms integer not null,
    primary key (attempt_id, budget_id),
    foreign key (budget_id, start_ms) references period (budget_id, start_ms)
) strict, without rowid;
INSERT INTO hold_budget VALUES(6,1,1793491200000);
CREATE TABLE ledger (
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
INSERT INTO ledger VALUES(1,0,'settle',100000000000,NULL,'exact','',1,1795608000000);
INSERT INTO ledger VALUES(2,0,'settle',2500000123,NULL,'exact','',1,1795608000000);
INSERT INTO ledger VALUES(3,0,'release',0,NULL,'exact','',1,1795608000000);
INSERT INTO ledger VALUES(4,0,'settle',0,NULL,'estimated','estimated:split',1,1795608000000);
INSERT INTO ledger VALUES(5,0,'uncertain',300000000000,NULL,'estimated','estimated:unknown',1,1795608000000);
CREATE TABLE ledger_budget (
    attempt_id integer not null,
    seq integer not null,
    budget_id integer not null,
    start_ms integer not null,
    primary key (attempt_id, seq, budget_id),
    foreign key (attempt_id, seq) references ledger (attempt_id, seq)
) strict, without rowid;
INSERT INTO ledger_budget VALUES(1,0,1,1793491200000);
INSERT INTO ledger_budget VALUES(2,0,1,1793491200000);
INSERT INTO ledger_budget VALUES(3,0,1,1793491200000);
INSERT INTO ledger_budget VALUES(4,0,1,1793491200000);
INSERT INTO ledger_budget VALUES(5,0,1,1793491200000);
CREATE TABLE charge (
    attempt_id integer not null,
    seq integer not null,
    dim text not null,
    units integer not null check (units >= 0),
    price_pico integer,
    price_per integer check (price_per > 0),
    price_id integer,
    amount_pico integer,
    primary key (attempt_id, seq, dim),
    foreign key (attempt_id, seq) references ledger (attempt_id, seq)
) strict, without rowid;
INSERT INTO charge VALUES(1,0,'input',100,100000000000,100,NULL,100000000000);
INSERT INTO charge VALUES(1,0,'output',7,NULL,NULL,NULL,NULL);
INSERT INTO charge VALUES(2,0,'input',100,2500000123,100,NULL,2500000123);
INSERT INTO charge VALUES(2,0,'output',7,NULL,NULL,NULL,NULL);
INSERT INTO charge VALUES(4,0,'input',100,0,100,NULL,0);
INSERT INTO charge VALUES(4,0,'output',7,NULL,NULL,NULL,NULL);
CREATE TABLE usage_raw (
    attempt_id integer primary key references attempt (id),
    json text not null
) strict;
INSERT INTO usage_raw VALUES(1,'{"total":107}');
INSERT INTO usage_raw VALUES(2,'{"total":107}');
INSERT INTO usage_raw VALUES(3,'{"total":107}');
INSERT INTO usage_raw VALUES(4,'{"total":107}');
INSERT INTO usage_raw VALUES(5,'{"total":107}');
CREATE TABLE result (
    call_id integer primary key references call (id),
    attempt_id integer not null references attempt (id),
    content blob not null
) strict;
INSERT INTO result VALUES(4,4,X'796573');
CREATE TABLE overrun (
    attempt_id integer not null references attempt (id),
    budget_id integer not null,
    start_ms integer not null,
    amount_pico integer not null check (amount_pico > 0),
    at_ms integer not null,
    primary key (attempt_id, budget_id)
) strict, without rowid;
CREATE TABLE rollup (
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
INSERT INTO rollup VALUES(1,0,1795608000000,'openai','gpt-test','chat','team',0,3,3,2,0,400000000000,300000000000,300000000000,1,120);
INSERT INTO rollup VALUES(2,1,1795564800000,'openai','gpt-test','chat','team',0,3,3,2,0,400000000000,300000000000,300000000000,1,120);
INSERT INTO rollup VALUES(3,2,1793491200000,'openai','gpt-test','chat','team',0,3,3,2,0,400000000000,300000000000,300000000000,1,120);
INSERT INTO rollup VALUES(4,0,1795608000000,'openai','gpt-test','chat','',1,2,2,0,0,2500000123,0,0,2,240);
INSERT INTO rollup VALUES(5,1,1795564800000,'openai','gpt-test','chat','',1,2,2,0,0,2500000123,0,0,2,240);
INSERT INTO rollup VALUES(6,2,1793491200000,'openai','gpt-test','chat','',1,2,2,0,0,2500000123,0,0,2,240);
CREATE TABLE rollup_usage (
    rollup_id integer not null references rollup (id),
    dim text not null,
    units integer not null,
    primary key (rollup_id, dim)
) strict, without rowid;
INSERT INTO rollup_usage VALUES(1,'input',100);
INSERT INTO rollup_usage VALUES(1,'output',7);
INSERT INTO rollup_usage VALUES(2,'input',100);
INSERT INTO rollup_usage VALUES(2,'output',7);
INSERT INTO rollup_usage VALUES(3,'input',100);
INSERT INTO rollup_usage VALUES(3,'output',7);
INSERT INTO rollup_usage VALUES(4,'input',200);
INSERT INTO rollup_usage VALUES(4,'output',14);
INSERT INTO rollup_usage VALUES(5,'input',200);
INSERT INTO rollup_usage VALUES(5,'output',14);
INSERT INTO rollup_usage VALUES(6,'input',200);
INSERT INTO rollup_usage VALUES(6,'output',14);
CREATE INDEX price_by_key on price (provider, model, region, dim, service, tier_above, from_ms);
CREATE INDEX call_by_key on call (key) where key is not null;
CREATE INDEX call_by_job on call (job_id) where job_id is not null;
CREATE INDEX attempt_by_call on attempt (call_id);
CREATE INDEX attempt_uncertain on attempt (id) where state = 'uncertain';
CREATE UNIQUE INDEX rollup_by_key on rollup
    (grain, start_ms, provider, model, task, tag, job_id);
CREATE INDEX rollup_by_job on rollup (job_id, grain, start_ms) where job_id <> 0;
COMMIT;
