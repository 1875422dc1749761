-- name: budget_put
insert into budget (name, provider, model, tag, task, data_class, job_id, limit_pico, hard,
    allow_unpriced, period_kind, anchor_day, days, zone, alerts, from_config)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
on conflict (name) do update set provider = ?2, model = ?3, tag = ?4, task = ?5, data_class = ?6,
    job_id = ?7, limit_version = limit_version + (limit_pico is not ?8), limit_pico = ?8, hard = ?9,
    allow_unpriced = ?10, period_kind = ?11, anchor_day = ?12, days = ?13, zone = ?14, alerts = ?15,
    from_config = ?16, dropped = 0
returning id, limit_version

-- name: budget_drop
update budget set dropped = 1 where name = ?1 and dropped = 0
