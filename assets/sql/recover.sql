-- name: holds_open
select h.attempt_id, a.state from hold h join attempt a on a.id = h.attempt_id order by h.attempt_id
