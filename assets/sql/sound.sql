-- name: sound_held
select exists (
    select 1 from period p left join (
        select b.budget_id, b.start_ms, sum(h.amount_pico) as held, count(*) as calls_open
        from hold_budget b join hold h on h.attempt_id = b.attempt_id
        group by b.budget_id, b.start_ms) c
    on c.budget_id = p.budget_id and c.start_ms = p.start_ms
    where (p.held_pico, p.calls_open) is not (coalesce(c.held, 0), coalesce(c.calls_open, 0)))
