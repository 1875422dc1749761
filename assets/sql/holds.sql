-- name: call_add
insert into call (key, job_id, unit_id, purpose, task, data_class, tag, created_ms)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)

-- name: attempt_add
insert into attempt (call_id, number, provider, model, region, service, reason, fallback, local,
    price_state, bound_kind, state, started_ms, sent_ms)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)

-- name: hold_add
insert into hold (attempt_id, amount_pico) values (?1, ?2)

-- name: hold_budget_add
insert into hold_budget (attempt_id, budget_id, start_ms) values (?1, ?2, ?3)

-- name: unpriced_note
insert into unpriced (provider, model, refused, attempts, last_ms) values (?1, ?2, ?3, ?4, ?5)
on conflict (provider, model) do update set refused = refused + excluded.refused,
    attempts = attempts + excluded.attempts, last_ms = max(last_ms, excluded.last_ms)
