-- name: verify_periods
select b.name, p.budget_id, p.start_ms, p.held_pico, p.calls_open, p.spent_pico, p.estimated_pico,
    p.uncertain_pico
from period p join budget b on b.id = p.budget_id

-- name: verify_rollups
select grain, start_ms, provider, model, task, tag, job_id, calls, attempts, errors, unpriced,
    cost_pico, estimated_pico, uncertain_pico, answered, latency_ms
from rollup

-- name: verify_rollup_units
select grain, start_ms, provider, model, task, tag, job_id, dim, units
from rollup join rollup_usage on rollup_id = rollup.id

-- name: verify_counts
select (select count(*) from attempt), (select count(*) from charge), (select count(*) from hold),
    (select count(*) from period), (select count(*) from rollup)
