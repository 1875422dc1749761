-- name: history_of_all
select start_ms / 86400000, sum(cost_pico) from rollup
where grain = 1 and start_ms >= ?1 and start_ms < ?2
group by start_ms order by start_ms

-- name: history_of_job
select start_ms / 86400000, sum(cost_pico) from rollup indexed by rollup_by_job
where job_id = ?8 and job_id <> 0 and grain = 1 and start_ms >= ?1 and start_ms < ?2
    and (?3 = '' or provider = ?3) and (?4 = '' or model = ?4)
    and (?5 = '' or tag = ?5) and (?6 = '' or task = ?6) and ?7 = ''
group by start_ms order by start_ms

-- name: history_of_scope
select start_ms / 86400000, sum(cost_pico) from rollup
where grain = 1 and start_ms >= ?1 and start_ms < ?2
    and (?3 = '' or provider = ?3) and (?4 = '' or model = ?4)
    and (?5 = '' or tag = ?5) and (?6 = '' or task = ?6) and ?7 = '' and ?8 = 0
group by start_ms order by start_ms
