-- Jobs: the rows of store/jobs.c.

-- name: job_insert
insert into job (kind, name, source, collection, spec, pipeline, state, priority, tag, client_id,
        cap_pico, created_ms)
    values (?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?)
    on conflict (client_id) do nothing;

-- name: job_by_client
select id from job where client_id = ?;

-- name: job_move
update job set state = ?, reason = ?, not_before_ms = ?,
        started_ms = case when ? then coalesce(started_ms, ?) else started_ms end,
        ended_ms = ?
    where id = ? and state = ?;

-- name: job_found_all
update job set discovered = 1 where id = ? and discovered = 0;

-- name: job_read
select id, kind, name, source, collection, spec, pipeline, state, reason, not_before_ms, priority,
        tag, cap_pico, discovered, pages, chunks, created_ms, started_ms, ended_ms
    from job where id = ?;

-- name: jobs_unfinished
select id from job where ended_ms is null order by id;

-- name: jobs_recent
select id from job order by id desc limit ?;

-- name: jobs_interrupt
update job set state = 'interrupted', reason = 'purserd ended while it ran' where state = 'running';

-- name: job_delete
delete from job where id = ? and ended_ms is not null;

-- name: job_tallies
select what, state, cause, n from tally where job_id = ? and n <> 0;
