-- name: budget_rows
select id, name, provider, model, tag, task, data_class, job_id, limit_pico, hard, allow_unpriced,
    period_kind, anchor_day, days, zone, alerts, limit_version, from_config
from budget where dropped = 0 order by id

-- name: budget_period
select spent_pico, held_pico, estimated_pico, uncertain_pico, calls_open
from period where budget_id = ?1 and start_ms = ?2

-- name: budget_alert_fired
select coalesce(max(threshold), 0) from alert
where budget_id = ?1 and start_ms = ?2 and limit_version = ?3

-- name: budget_highest
select max(coalesce((select value from mark where name = 'highest_ms'), 0),
    coalesce((select started_ms from attempt order by id desc limit 1), 0))
