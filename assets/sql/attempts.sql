-- name: attempt_mark_sent
update attempt set state = 'sent', sent_ms = ?2 where id = ?1 and state = 'queued'

-- name: attempt_learnt_id
update attempt set upstream_id = ?2 where id = ?1
