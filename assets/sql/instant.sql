-- name: mark_read
select value from mark where name = ?1

-- name: mark_put
insert into mark (name, value) values (?1, ?2)
on conflict (name) do update set value = excluded.value where excluded.value > value

-- name: attempt_last_started
select started_ms from attempt order by id desc limit 1
