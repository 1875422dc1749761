-- name: backfill_period
insert or ignore into period (budget_id, start_ms, end_ms) values (?1, ?2, ?3)

-- name: attempt_next
select id, started_ms from attempt where id >= ?1 order by id limit 1

-- name: attempt_newest
select coalesce(max(id), 0) from attempt

-- name: attempt_first_of_job
select coalesce(min(attempt.id), 0) from call join attempt on attempt.call_id = call.id
where call.job_id = ?1

-- name: backfill_ledger
insert or ignore into ledger_budget (attempt_id, seq, budget_id, start_ms)
select l.attempt_id, l.seq, ?1, ?2
from attempt a join call c on c.id = a.call_id join ledger l on l.attempt_id = a.id
where a.id >= ?4 and a.started_ms >= ?2 and (?3 is null or a.started_ms < ?3)
    and (?5 = '' or a.provider = ?5) and (?6 = '' or a.model = ?6) and (?7 = '' or c.tag = ?7)
    and (?8 = '' or c.task = ?8) and (?9 = '' or c.data_class = ?9) and (?10 = 0 or c.job_id = ?10)

-- name: backfill_holds
insert or ignore into hold_budget (attempt_id, budget_id, start_ms)
select h.attempt_id, ?1, ?2
from hold h join attempt a on a.id = h.attempt_id join call c on c.id = a.call_id
where a.id >= ?4 and a.started_ms >= ?2 and (?3 is null or a.started_ms < ?3)
    and (?5 = '' or a.provider = ?5) and (?6 = '' or a.model = ?6) and (?7 = '' or c.tag = ?7)
    and (?8 = '' or c.task = ?8) and (?9 = '' or c.data_class = ?9) and (?10 = 0 or c.job_id = ?10)

-- name: backfill_spent
update period set (spent_pico, estimated_pico, uncertain_pico) =
    (select coalesce(sum(l.cost_pico), 0),
        coalesce(sum(l.cost_pico) filter (where l.quality = 'estimated'), 0),
        coalesce(sum(l.cost_pico) filter (where l.kind = 'uncertain'), 0)
     from ledger_budget b join ledger l on l.attempt_id = b.attempt_id and l.seq = b.seq
     where b.budget_id = ?1 and b.start_ms = ?2 and b.attempt_id >= ?3)
where budget_id = ?1 and start_ms = ?2

-- name: backfill_held
update period set (held_pico, calls_open) =
    (select coalesce(sum(h.amount_pico), 0), count(*)
     from hold_budget b join hold h on h.attempt_id = b.attempt_id
     where b.budget_id = ?1 and b.start_ms = ?2)
where budget_id = ?1 and start_ms = ?2
