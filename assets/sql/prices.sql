-- name: price_newest
select id, amount_pico, per, currency, from_ms, source from price
where provider = ?1 and model = ?2 and region = ?3 and dim = ?4 and service = ?5 and tier_above = ?6
order by from_ms desc, id desc limit 1

-- name: price_rank
select coalesce(max(case when source = 'set by hand' then 3 when source like 'catalogue %' then 2
    else 1 end), 0)
from price where provider = ?1 and model = ?2 and until_ms is null

-- name: price_end
update price set until_ms = ?2 where id = ?1 and until_ms is null

-- name: price_add
insert into price (provider, model, region, dim, service, tier_above, currency, amount_pico, per,
    from_ms, until_ms, source)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)

-- name: prices_all
select id, provider, model, region, dim, service, tier_above, currency, amount_pico, per, from_ms,
    until_ms, source
from price order by id

-- name: unpriced_all
select provider, model, refused, attempts, last_ms from unpriced order by last_ms desc, provider, model
