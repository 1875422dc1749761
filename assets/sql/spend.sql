-- name: spend_sums
select case ?1 when 0 then provider when 1 then provider || '/' || model when 2 then job_id
        when 3 then start_ms / 86400000 * 86400000 when 4 then start_ms when 5 then task else tag end as key,
    max(provider), max(model), sum(calls), sum(attempts), sum(errors), sum(unpriced),
    sum(cost_pico), sum(estimated_pico), sum(uncertain_pico), sum(answered), sum(latency_ms)
from rollup
where ((grain = 0 and start_ms >= ?2 and start_ms < ?3) or (grain = 0 and start_ms >= ?4 and start_ms < ?5)
    or (grain = 1 and start_ms >= ?6 and start_ms < ?7) or (grain = 1 and start_ms >= ?8 and start_ms < ?9)
    or (grain = 2 and start_ms >= ?10 and start_ms < ?11)) and ?12 = 0
group by key order by key

-- name: spend_sums_of_job
select case ?1 when 0 then provider when 1 then provider || '/' || model when 2 then job_id
        when 3 then start_ms / 86400000 * 86400000 when 4 then start_ms when 5 then task else tag end as key,
    max(provider), max(model), sum(calls), sum(attempts), sum(errors), sum(unpriced),
    sum(cost_pico), sum(estimated_pico), sum(uncertain_pico), sum(answered), sum(latency_ms)
from rollup indexed by rollup_by_job
where ((grain = 0 and start_ms >= ?2 and start_ms < ?3) or (grain = 0 and start_ms >= ?4 and start_ms < ?5)
    or (grain = 1 and start_ms >= ?6 and start_ms < ?7) or (grain = 1 and start_ms >= ?8 and start_ms < ?9)
    or (grain = 2 and start_ms >= ?10 and start_ms < ?11)) and job_id = ?12 and job_id <> 0
group by key order by key

-- name: spend_units
select case ?1 when 0 then provider when 1 then provider || '/' || model when 2 then job_id
        when 3 then start_ms / 86400000 * 86400000 when 4 then start_ms when 5 then task else tag end as key,
    dim, sum(units)
from rollup join rollup_usage on rollup_id = rollup.id
where ((grain = 0 and start_ms >= ?2 and start_ms < ?3) or (grain = 0 and start_ms >= ?4 and start_ms < ?5)
    or (grain = 1 and start_ms >= ?6 and start_ms < ?7) or (grain = 1 and start_ms >= ?8 and start_ms < ?9)
    or (grain = 2 and start_ms >= ?10 and start_ms < ?11)) and ?12 = 0
group by key, dim order by key, dim

-- name: spend_units_of_job
select case ?1 when 0 then provider when 1 then provider || '/' || model when 2 then job_id
        when 3 then start_ms / 86400000 * 86400000 when 4 then start_ms when 5 then task else tag end as key,
    dim, sum(units)
from rollup indexed by rollup_by_job join rollup_usage on rollup_id = rollup.id
where ((grain = 0 and start_ms >= ?2 and start_ms < ?3) or (grain = 0 and start_ms >= ?4 and start_ms < ?5)
    or (grain = 1 and start_ms >= ?6 and start_ms < ?7) or (grain = 1 and start_ms >= ?8 and start_ms < ?9)
    or (grain = 2 and start_ms >= ?10 and start_ms < ?11)) and job_id = ?12 and job_id <> 0
group by key, dim order by key, dim
