-- name: budgets_all
select id, name, provider, model, tag, task, data_class, job_id, limit_pico, hard, allow_unpriced,
    period_kind, anchor_day, days, zone, alerts, limit_version, from_config
from budget where dropped = 0 order by id

-- name: period_open
insert or ignore into period (budget_id, start_ms, end_ms) values (?1, ?2, ?3)
