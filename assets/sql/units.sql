-- Units: the rows of store/units.c. Every step checks state and lease.

-- name: unit_insert
insert into unit (document_id, job_id, stage, kind, ordinal, key, state, reason, cause, changed_ms)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (document_id, stage, ordinal) do nothing;

-- name: units_open
select id, ordinal, key, tries, state from unit
    where document_id = ? and stage = ? and state in ('ready', 'leased', 'waiting')
        and (state = 'ready' or (state = 'waiting' and not_before_ms <= ?)
            or (state = 'leased' and lease_until_ms <= ?))
    order by ordinal limit ?;

-- name: unit_lease
update unit set state = 'leased', lease_owner = ?, lease_token = ?, lease_until_ms = ?,
        changed_ms = ?
    where id = ? and state = ?;

-- name: unit_finish
update unit set state = ?, reason = ?, cause = ?, lease_owner = null, lease_token = null,
        lease_until_ms = null, not_before_ms = null, tries = tries + ?, changed_ms = ?
    where id = ? and state = 'leased' and lease_token = ?;

-- name: unit_put_back
update unit set state = 'ready', lease_owner = null, lease_token = null, lease_until_ms = null,
        changed_ms = ?
    where id = ? and state = 'leased' and lease_token = ?;

-- name: units_free
update unit set state = 'ready', lease_owner = null, lease_token = null, lease_until_ms = null
    where state = 'leased' and lease_owner <> ?;

-- name: units_cancel
update unit set state = 'skipped', reason = 'cancelled', cause = 'cancelled', lease_owner = null,
        lease_token = null, lease_until_ms = null, changed_ms = ?
    where document_id in (select id from document
            where job_id = ? and state in ('new', 'working'))
        and state in ('ready', 'leased', 'waiting');

-- name: units_again
update unit set state = 'ready', reason = '', cause = '', changed_ms = ?
    where job_id = ? and (state in ('failed', 'dead')
        or (state = 'skipped' and cause = 'cancelled'));

-- name: units_reopen
update unit set state = 'ready', reason = '', cause = '', changed_ms = ?
    where state in ('done', 'skipped')
        and document_id in (select document_id from unit where job_id = ? and state = 'ready')
        and stage in ('images', 'assemble', 'chunk', 'embed', 'extract', 'index');

-- name: output_put
insert into output (unit_id, content) values (?, ?)
    on conflict (unit_id) do update set content = excluded.content;

-- name: outputs_of_stage
select u.ordinal, o.content from unit u join output o on o.unit_id = u.id
    where u.document_id = ? and u.stage = ? and u.state in ('done', 'failed') order by u.ordinal;

-- name: stages_of_job
select s.name, sum(s.units), sum(s.done), sum(s.skipped), sum(s.failed)
    from stage s join document d on d.id = s.document_id where d.job_id = ? group by s.name;

-- name: stage_read
select units, done, skipped, failed from stage where document_id = ? and name = ?;
