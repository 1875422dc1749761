-- name: recount_attempts
select a.id, a.number, a.started_ms, a.provider, a.model, c.task, c.tag, c.job_id, a.state, a.outcome,
    a.latency_ms
from attempt a join call c on c.id = a.call_id order by a.id

-- name: recount_ledger
select attempt_id, seq, kind, cost_pico, quality, flags, priced from ledger order by attempt_id, seq

-- name: recount_charges
select attempt_id, seq, dim, units, amount_pico from charge order by attempt_id, seq

-- name: recount_ledger_budgets
select attempt_id, seq, budget_id, start_ms from ledger_budget order by attempt_id, seq

-- name: recount_holds
select attempt_id, amount_pico from hold order by attempt_id

-- name: recount_hold_budgets
select attempt_id, budget_id, start_ms from hold_budget order by attempt_id
