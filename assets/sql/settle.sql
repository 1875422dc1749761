-- name: attempt_held
select h.amount_pico, a.call_id, a.number, a.provider, a.model, a.price_state, a.started_ms,
    c.task, c.tag, c.job_id
from hold h join attempt a on a.id = h.attempt_id join call c on c.id = a.call_id
where h.attempt_id = ?1

-- name: ledger_sum
select sum(cost_pico) from ledger where attempt_id = ?1

-- name: ledger_add
insert or ignore into ledger (attempt_id, seq, kind, cost_pico, stated_pico, quality, flags, priced,
    settled_ms)
values (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8)

-- name: ledger_budget_add
insert into ledger_budget (attempt_id, seq, budget_id, start_ms)
select attempt_id, 0, budget_id, start_ms from hold_budget where attempt_id = ?1

-- name: hold_budgets_of
select budget_id, start_ms from hold_budget where attempt_id = ?1

-- name: period_settle
update period set held_pico = held_pico - ?3, spent_pico = spent_pico + ?4,
    estimated_pico = estimated_pico + ?5, uncertain_pico = uncertain_pico + ?6,
    calls_open = calls_open - 1
where budget_id = ?1 and start_ms = ?2
returning spent_pico

-- name: overrun_add
insert into overrun (attempt_id, budget_id, start_ms, amount_pico, at_ms) values (?1, ?2, ?3, ?4, ?5)

-- name: alert_add
insert or ignore into alert (budget_id, start_ms, limit_version, threshold, fired_ms)
values (?1, ?2, ?3, ?4, ?5)

-- name: charge_add
insert into charge
    (attempt_id, seq, sub, model, dim, units, price_pico, price_per, price_id, amount_pico)
values (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)

-- name: usage_raw_add
insert into usage_raw (attempt_id, json) values (?1, ?2)

-- name: result_put
insert into result (call_id, attempt_id, content) values (?1, ?2, ?3)
on conflict (call_id) do update set attempt_id = excluded.attempt_id, content = excluded.content

-- name: attempt_end
update attempt set state = ?2, ended_ms = ?3, outcome = ?4, http_status = ?5, latency_ms = ?6,
    first_token_ms = ?7, error_code = ?8, error_text = ?9, served_model = ?10,
    upstream_id = coalesce(?11, upstream_id), finish = ?12
where id = ?1

-- name: hold_budget_drop
delete from hold_budget where attempt_id = ?1

-- name: hold_drop
delete from hold where attempt_id = ?1
