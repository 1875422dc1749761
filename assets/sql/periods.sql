-- name: period_set_aside
update period set held_pico = held_pico + ?3, calls_open = calls_open + 1
where budget_id = ?1 and start_ms = ?2
    and (?4 is null or (?4 > 0 and spent_pico + held_pico + ?3 <= ?4))

-- name: period_read
select end_ms, spent_pico, held_pico, estimated_pico, uncertain_pico, calls_open
from period where budget_id = ?1 and start_ms = ?2
