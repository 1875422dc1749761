-- name: rollup_add
insert into rollup (grain, start_ms, provider, model, task, tag, job_id, calls, attempts, errors,
    unpriced, cost_pico, estimated_pico, uncertain_pico, answered, latency_ms)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
on conflict (grain, start_ms, provider, model, task, tag, job_id) do update set
    calls = calls + excluded.calls, attempts = attempts + 1, errors = errors + excluded.errors,
    unpriced = unpriced + excluded.unpriced, cost_pico = cost_pico + excluded.cost_pico,
    estimated_pico = estimated_pico + excluded.estimated_pico,
    uncertain_pico = uncertain_pico + excluded.uncertain_pico,
    answered = answered + excluded.answered, latency_ms = latency_ms + excluded.latency_ms
returning id

-- name: rollup_usage_add
insert into rollup_usage (rollup_id, dim, units) values (?1, ?2, ?3)
on conflict (rollup_id, dim) do update set units = units + excluded.units
