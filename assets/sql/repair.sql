-- name: repair_periods
update period set spent_pico = 0, estimated_pico = 0, uncertain_pico = 0, held_pico = 0, calls_open = 0

-- name: repair_spent
update period set spent_pico = c.spent, estimated_pico = c.estimated, uncertain_pico = c.uncertain
from (select b.budget_id, b.start_ms, sum(l.cost_pico) as spent,
        coalesce(sum(l.cost_pico) filter (where l.quality = 'estimated'), 0) as estimated,
        coalesce(sum(l.cost_pico) filter (where l.kind = 'uncertain'), 0) as uncertain
    from ledger_budget b join ledger l on l.attempt_id = b.attempt_id and l.seq = b.seq
    group by b.budget_id, b.start_ms) c
where period.budget_id = c.budget_id and period.start_ms = c.start_ms

-- name: repair_held
update period set held_pico = c.held, calls_open = c.calls_open
from (select b.budget_id, b.start_ms, sum(h.amount_pico) as held, count(*) as calls_open
    from hold_budget b join hold h on h.attempt_id = b.attempt_id
    group by b.budget_id, b.start_ms) c
where period.budget_id = c.budget_id and period.start_ms = c.start_ms

-- name: repair_rollup_usage_drop
delete from rollup_usage

-- name: repair_rollup_drop
delete from rollup

-- name: repair_hour
insert into rollup (grain, start_ms, provider, model, task, tag, job_id, calls, attempts, errors,
    unpriced, cost_pico, estimated_pico, uncertain_pico, answered, latency_ms)
select 0, a.started_ms / 3600000 * 3600000, a.provider, a.model, c.task, c.tag,
    coalesce(c.job_id, 0), sum(l.seq = 0 and a.number = 1), sum(l.seq = 0),
    sum(l.seq = 0 and a.outcome not in ('answered', 'cancelled')), sum(l.seq = 0 and not l.priced),
    sum(l.cost_pico), sum(iif(l.quality = 'estimated', l.cost_pico, 0)),
    sum(iif(l.kind = 'uncertain', l.cost_pico, 0)),
    sum(l.seq = 0 and a.outcome = 'answered' and a.latency_ms is not null),
    sum(iif(l.seq = 0 and a.outcome = 'answered', coalesce(a.latency_ms, 0), 0))
from attempt a join ledger l on l.attempt_id = a.id join call c on c.id = a.call_id
group by 2, 3, 4, 5, 6, 7

-- name: repair_hour_usage
insert into rollup_usage (rollup_id, dim, units)
select r.id, g.dim, sum(g.units)
from charge g join attempt a on a.id = g.attempt_id join call c on c.id = a.call_id
    join rollup r on r.grain = 0 and r.start_ms = a.started_ms / 3600000 * 3600000
        and (r.provider, r.model, r.task, r.tag, r.job_id) =
            (a.provider, a.model, c.task, c.tag, coalesce(c.job_id, 0))
where g.units > 0 group by r.id, g.dim

-- name: repair_day
insert into rollup (grain, start_ms, provider, model, task, tag, job_id, calls, attempts, errors,
    unpriced, cost_pico, estimated_pico, uncertain_pico, answered, latency_ms)
select 1, start_ms / 86400000 * 86400000, provider, model, task, tag, job_id, sum(calls), sum(attempts), sum(errors),
    sum(unpriced), sum(cost_pico), sum(estimated_pico), sum(uncertain_pico), sum(answered),
    sum(latency_ms)
from rollup where grain = 0 group by 2, 3, 4, 5, 6, 7

-- name: repair_day_usage
insert into rollup_usage (rollup_id, dim, units)
select large.id, dim, sum(units)
from rollup small join rollup_usage on rollup_id = small.id
    join rollup large on large.grain = 1 and large.start_ms = small.start_ms / 86400000 * 86400000
        and (large.provider, large.model, large.task, large.tag, large.job_id) =
            (small.provider, small.model, small.task, small.tag, small.job_id)
where small.grain = 0 group by large.id, dim

-- name: repair_month
insert into rollup (grain, start_ms, provider, model, task, tag, job_id, calls, attempts, errors,
    unpriced, cost_pico, estimated_pico, uncertain_pico, answered, latency_ms)
select 2, unixepoch(start_ms / 1000, 'unixepoch', 'start of month') * 1000, provider, model, task, tag, job_id, sum(calls), sum(attempts), sum(errors),
    sum(unpriced), sum(cost_pico), sum(estimated_pico), sum(uncertain_pico), sum(answered),
    sum(latency_ms)
from rollup where grain = 0 group by 2, 3, 4, 5, 6, 7

-- name: repair_month_usage
insert into rollup_usage (rollup_id, dim, units)
select large.id, dim, sum(units)
from rollup small join rollup_usage on rollup_id = small.id
    join rollup large on large.grain = 2 and large.start_ms = unixepoch(small.start_ms / 1000, 'unixepoch', 'start of month') * 1000
        and (large.provider, large.model, large.task, large.tag, large.job_id) =
            (small.provider, small.model, small.task, small.tag, small.job_id)
where small.grain = 0 group by large.id, dim
