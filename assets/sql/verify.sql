-- name: verify_counts
select (select count(*) from attempt), (select count(*) from charge), (select count(*) from hold),
    (select count(*) from period), (select count(*) from rollup)

-- name: verify_spent
with computed as (
    select b.budget_id, b.start_ms, sum(l.cost_pico) as spent,
        coalesce(sum(l.cost_pico) filter (where l.quality = 'estimated'), 0) as estimated,
        coalesce(sum(l.cost_pico) filter (where l.kind = 'uncertain'), 0) as uncertain
    from ledger_budget b join ledger l on l.attempt_id = b.attempt_id and l.seq = b.seq
    group by b.budget_id, b.start_ms)
select 'spent of budget ' || budget.name, p.spent_pico, coalesce(c.spent, 0)
from period p join budget on budget.id = p.budget_id
    left join computed c on c.budget_id = p.budget_id and c.start_ms = p.start_ms
where (p.spent_pico, p.estimated_pico, p.uncertain_pico) is not
    (coalesce(c.spent, 0), coalesce(c.estimated, 0), coalesce(c.uncertain, 0))

-- name: verify_held
with computed as (
    select b.budget_id, b.start_ms, sum(h.amount_pico) as held, count(*) as calls_open
    from hold_budget b join hold h on h.attempt_id = b.attempt_id
    group by b.budget_id, b.start_ms)
select 'held of budget ' || budget.name, p.held_pico, coalesce(c.held, 0)
from period p join budget on budget.id = p.budget_id
    left join computed c on c.budget_id = p.budget_id and c.start_ms = p.start_ms
where (p.held_pico, p.calls_open) is not (coalesce(c.held, 0), coalesce(c.calls_open, 0))

-- name: verify_ends
select 'attempt ' || a.id || ' is ' || a.state, coalesce(h.amount_pico, 0), coalesce(l.cost_pico, 0)
from attempt a left join hold h on h.attempt_id = a.id
    left join ledger l on l.attempt_id = a.id and l.seq = 0
where (h.attempt_id is null) = (l.attempt_id is null)
    or (h.attempt_id is null) = (a.state in ('queued', 'sent'))

-- name: verify_lines
select 'bill lines of attempt ' || l.attempt_id, l.cost_pico, sum(c.amount_pico)
from ledger l join charge c on c.attempt_id = l.attempt_id and c.seq = l.seq
where l.kind = 'settle' and l.quality = 'exact' and l.priced and l.flags not like '%reported%'
group by l.attempt_id, l.seq
having sum(c.amount_pico) <> l.cost_pico and count(*) = count(c.amount_pico)

-- name: verify_hour
with computed as (
    select a.started_ms / 3600000 * 3600000 as start_ms, a.provider, a.model, c.task, c.tag,
        coalesce(c.job_id, 0) as job_id, sum(l.seq = 0 and a.number = 1) as calls,
        sum(l.seq = 0) as attempts,
        sum(l.seq = 0 and a.outcome not in ('answered', 'cancelled')) as errors,
        sum(l.seq = 0 and not l.priced) as unpriced, sum(l.cost_pico) as cost_pico,
        sum(iif(l.quality = 'estimated', l.cost_pico, 0)) as estimated_pico,
        sum(iif(l.kind = 'uncertain', l.cost_pico, 0)) as uncertain_pico,
        sum(l.seq = 0 and a.outcome = 'answered' and a.latency_ms is not null) as answered,
        sum(iif(l.seq = 0 and a.outcome = 'answered', coalesce(a.latency_ms, 0), 0)) as latency_ms
    from attempt a join ledger l on l.attempt_id = a.id join call c on c.id = a.call_id
    group by 1, 2, 3, 4, 5, 6),
stored as (select * from rollup where grain = 0)
select 'roll-up by hour of ' || coalesce(s.provider || '/' || s.model, c.provider || '/' || c.model),
    coalesce(s.cost_pico, 0), coalesce(c.cost_pico, 0)
from computed c full join stored s on (c.start_ms, c.provider, c.model, c.task, c.tag, c.job_id) =
    (s.start_ms, s.provider, s.model, s.task, s.tag, s.job_id)
where (c.calls, c.attempts, c.errors, c.unpriced, c.cost_pico, c.estimated_pico, c.uncertain_pico,
    c.answered, c.latency_ms) is not (s.calls, s.attempts, s.errors, s.unpriced, s.cost_pico,
    s.estimated_pico, s.uncertain_pico, s.answered, s.latency_ms)

-- name: verify_hour_usage
with computed as (
    select a.started_ms / 3600000 * 3600000 as start_ms, a.provider, a.model, c.task, c.tag,
        coalesce(c.job_id, 0) as job_id, g.dim, sum(g.units) as units
    from charge g join attempt a on a.id = g.attempt_id join call c on c.id = a.call_id
    where g.units > 0
    group by 1, 2, 3, 4, 5, 6, 7),
stored as (
    select start_ms, provider, model, task, tag, job_id, dim, units
    from rollup join rollup_usage on rollup_id = rollup.id where grain = 0)
select 'units by hour of ' || coalesce(s.dim, c.dim), coalesce(s.units, 0), coalesce(c.units, 0)
from computed c full join stored s
    on (c.start_ms, c.provider, c.model, c.task, c.tag, c.job_id, c.dim) =
        (s.start_ms, s.provider, s.model, s.task, s.tag, s.job_id, s.dim)
where c.units is not s.units

-- name: verify_day
with computed as (
    select start_ms / 86400000 * 86400000 as start_ms, provider, model, task, tag, job_id, sum(calls) as calls, sum(attempts) as attempts,
        sum(errors) as errors, sum(unpriced) as unpriced, sum(cost_pico) as cost_pico,
        sum(estimated_pico) as estimated_pico, sum(uncertain_pico) as uncertain_pico,
        sum(answered) as answered, sum(latency_ms) as latency_ms
    from rollup where grain = 0 group by 1, 2, 3, 4, 5, 6),
stored as (select * from rollup where grain = 1)
select 'roll-up by day of ' || coalesce(s.provider || '/' || s.model, c.provider || '/' || c.model),
    coalesce(s.cost_pico, 0), coalesce(c.cost_pico, 0)
from computed c full join stored s on (c.start_ms, c.provider, c.model, c.task, c.tag, c.job_id) =
    (s.start_ms, s.provider, s.model, s.task, s.tag, s.job_id)
where (c.calls, c.attempts, c.errors, c.unpriced, c.cost_pico, c.estimated_pico, c.uncertain_pico,
    c.answered, c.latency_ms) is not (s.calls, s.attempts, s.errors, s.unpriced, s.cost_pico,
    s.estimated_pico, s.uncertain_pico, s.answered, s.latency_ms)

-- name: verify_day_usage
with computed as (
    select start_ms / 86400000 * 86400000 as start_ms, provider, model, task, tag, job_id, dim, sum(units) as units
    from rollup join rollup_usage on rollup_id = rollup.id where grain = 0
    group by 1, 2, 3, 4, 5, 6, 7),
stored as (
    select start_ms, provider, model, task, tag, job_id, dim, units
    from rollup join rollup_usage on rollup_id = rollup.id where grain = 1)
select 'units by day of ' || coalesce(s.dim, c.dim), coalesce(s.units, 0), coalesce(c.units, 0)
from computed c full join stored s
    on (c.start_ms, c.provider, c.model, c.task, c.tag, c.job_id, c.dim) =
        (s.start_ms, s.provider, s.model, s.task, s.tag, s.job_id, s.dim)
where c.units is not s.units

-- name: verify_month
with computed as (
    select unixepoch(start_ms / 1000, 'unixepoch', 'start of month') * 1000 as start_ms, provider, model, task, tag, job_id, sum(calls) as calls, sum(attempts) as attempts,
        sum(errors) as errors, sum(unpriced) as unpriced, sum(cost_pico) as cost_pico,
        sum(estimated_pico) as estimated_pico, sum(uncertain_pico) as uncertain_pico,
        sum(answered) as answered, sum(latency_ms) as latency_ms
    from rollup where grain = 0 group by 1, 2, 3, 4, 5, 6),
stored as (select * from rollup where grain = 2)
select 'roll-up by month of ' || coalesce(s.provider || '/' || s.model, c.provider || '/' || c.model),
    coalesce(s.cost_pico, 0), coalesce(c.cost_pico, 0)
from computed c full join stored s on (c.start_ms, c.provider, c.model, c.task, c.tag, c.job_id) =
    (s.start_ms, s.provider, s.model, s.task, s.tag, s.job_id)
where (c.calls, c.attempts, c.errors, c.unpriced, c.cost_pico, c.estimated_pico, c.uncertain_pico,
    c.answered, c.latency_ms) is not (s.calls, s.attempts, s.errors, s.unpriced, s.cost_pico,
    s.estimated_pico, s.uncertain_pico, s.answered, s.latency_ms)

-- name: verify_month_usage
with computed as (
    select unixepoch(start_ms / 1000, 'unixepoch', 'start of month') * 1000 as start_ms, provider, model, task, tag, job_id, dim, sum(units) as units
    from rollup join rollup_usage on rollup_id = rollup.id where grain = 0
    group by 1, 2, 3, 4, 5, 6, 7),
stored as (
    select start_ms, provider, model, task, tag, job_id, dim, units
    from rollup join rollup_usage on rollup_id = rollup.id where grain = 2)
select 'units by month of ' || coalesce(s.dim, c.dim), coalesce(s.units, 0), coalesce(c.units, 0)
from computed c full join stored s
    on (c.start_ms, c.provider, c.model, c.task, c.tag, c.job_id, c.dim) =
        (s.start_ms, s.provider, s.model, s.task, s.tag, s.job_id, s.dim)
where c.units is not s.units
