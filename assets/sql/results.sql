-- name: result_find
select c.id, a.model, a.provider, r.content
from call c join result r on r.call_id = c.id join attempt a on a.id = r.attempt_id
where c.key = ?1 order by c.id desc limit 1

-- name: call_in_flight
select c.id from call c join attempt a on a.call_id = c.id join hold h on h.attempt_id = a.id
where c.key = ?1 order by c.id desc limit 1
