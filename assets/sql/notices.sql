-- name: notice_add
insert or ignore into notice (kind, key, period_ms, limit_version, level, job_id, text, fired_ms, told_ms)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)

-- name: notice_told
update notice set told_ms = ?2 where id = ?1 and told_ms is null

-- name: notice_delivery_add
insert or replace into notice_delivery (notice_id, channel, delivered, tries, why, ended_ms)
values (?1, ?2, ?3, ?4, ?5, ?6)

-- name: notices_untold
select id, kind, key, period_ms, limit_version, level, coalesce(job_id, 0), text, fired_ms, 0
from notice where told_ms is null order by id limit ?1

-- name: notices_newest
select id, kind, key, period_ms, limit_version, level, coalesce(job_id, 0), text, fired_ms,
    coalesce(told_ms, 0)
from notice order by id desc limit ?1

-- name: notice_deliveries
select channel, delivered, tries, why, ended_ms from notice_delivery where notice_id = ?1
order by channel
