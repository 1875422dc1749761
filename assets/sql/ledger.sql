-- name: ledger_rows
select a.call_id, a.id, c.job_id, a.number, a.started_ms, a.ended_ms, c.purpose, c.task, a.provider,
    a.model, a.state, a.outcome, l.flags, a.reason, c.tag, l.quality, l.cost_pico, l.priced,
    l.stated_pico, h.amount_pico, a.http_status, a.latency_ms
from attempt a join call c on c.id = a.call_id
    left join ledger l on l.attempt_id = a.id and l.seq = 0
    left join hold h on h.attempt_id = a.id
where a.id > ?1 and a.id < ?2 and (?3 = '' or a.provider = ?3) and (?4 = '' or a.model = ?4)
    and (?5 = '' or c.tag = ?5) and (?6 = '' or c.purpose = ?6) and (?7 = '' or a.state = ?7)
    and (?8 = 0 or l.quality = 'estimated')
order by a.id desc limit ?9

-- name: ledger_rows_of_job
select a.call_id, a.id, c.job_id, a.number, a.started_ms, a.ended_ms, c.purpose, c.task, a.provider,
    a.model, a.state, a.outcome, l.flags, a.reason, c.tag, l.quality, l.cost_pico, l.priced,
    l.stated_pico, h.amount_pico, a.http_status, a.latency_ms
from call c join attempt a on a.call_id = c.id
    left join ledger l on l.attempt_id = a.id and l.seq = 0
    left join hold h on h.attempt_id = a.id
where a.id > ?1 and a.id < ?2 and (?3 = '' or a.provider = ?3) and (?4 = '' or a.model = ?4)
    and (?5 = '' or c.tag = ?5) and (?6 = '' or c.purpose = ?6) and (?7 = '' or a.state = ?7)
    and (?8 = 0 or l.quality = 'estimated') and c.job_id = ?10
order by a.id desc limit ?9

-- name: ledger_rows_uncertain
select a.call_id, a.id, c.job_id, a.number, a.started_ms, a.ended_ms, c.purpose, c.task, a.provider,
    a.model, a.state, a.outcome, l.flags, a.reason, c.tag, l.quality, l.cost_pico, l.priced,
    l.stated_pico, h.amount_pico, a.http_status, a.latency_ms
from attempt a join call c on c.id = a.call_id
    left join ledger l on l.attempt_id = a.id and l.seq = 0
    left join hold h on h.attempt_id = a.id
where a.id > ?1 and a.id < ?2 and (?3 = '' or a.provider = ?3) and (?4 = '' or a.model = ?4)
    and (?5 = '' or c.tag = ?5) and (?6 = '' or c.purpose = ?6) and (?7 = '' or a.state = ?7)
    and (?8 = 0 or l.quality = 'estimated') and a.state = 'uncertain' and (?10 = 0 or c.job_id = ?10)
order by a.id desc limit ?9

-- name: ledger_rows_of_call
select a.call_id, a.id, c.job_id, a.number, a.started_ms, a.ended_ms, c.purpose, c.task, a.provider,
    a.model, a.state, a.outcome, l.flags, a.reason, c.tag, l.quality, l.cost_pico, l.priced,
    l.stated_pico, h.amount_pico, a.http_status, a.latency_ms,
    u.json, a.error_code, a.error_text, a.served_model, a.upstream_id, a.bound_kind, a.finish,
    c.data_class
from attempt a join call c on c.id = a.call_id
    left join ledger l on l.attempt_id = a.id and l.seq = 0
    left join hold h on h.attempt_id = a.id
    left join usage_raw u on u.attempt_id = a.id
where a.call_id = ?1
order by a.id

-- name: charges_of
select sub, model, dim, units, price_pico, price_per, price_id, amount_pico
from charge where attempt_id = ?1 and seq = 0

-- name: result_of
select content from result where call_id = ?1
