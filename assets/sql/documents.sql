-- Documents: the rows of store/documents.c.

-- name: document_insert
insert into document (job_id, uri, size, modified_ms, stage, state, changed_ms)
    values (?, ?, ?, ?, ?, 'new', ?)
    on conflict (job_id, uri) do nothing;

-- name: documents_next
select id, job_id, uri, size, modified_ms, sha256, format, title, pages, chunks, stage, state,
        reason
    from document where job_id = ? and id > ? and state in ('new', 'working') order by id limit ?;

-- name: documents_of_job
select id, job_id, uri, size, modified_ms, sha256, format, title, pages, chunks, stage, state,
        reason
    from document where job_id = ? and id > ? order by id limit ?;

-- name: document_begin
update document set state = 'working', changed_ms = ? where id = ? and state = 'new';

-- name: document_hashed
update document set sha256 = ?, size = ?, modified_ms = ? where id = ? and state = 'working';

-- name: document_twin
select d.id, d.uri from document d join job j on j.id = d.job_id
    where d.sha256 = ? and d.id <> ? and d.state = 'done' and d.stage = 'index'
        and j.collection = ? and j.pipeline = ?
    order by d.uri = ? desc, d.id desc limit 1;

-- name: document_renamed
update document set uri = ? where id = ?;

-- name: document_learnt
update document set format = ?, title = ?, pages = ? where id = ?;

-- name: document_chunked
update document set chunks = ? where id = ?;

-- name: document_advance
update document set stage = ?, changed_ms = ? where id = ? and stage = ? and state = 'working';

-- name: document_end
update document set state = ?, reason = ?, changed_ms = ? where id = ? and state = 'working';

-- name: documents_cancel
update document set state = 'cancelled', changed_ms = ?
    where job_id = ? and state in ('new', 'working');

-- name: documents_again
update document set state = 'working', reason = '', changed_ms = ?,
        stage = coalesce((select u.stage from unit u
            where u.document_id = document.id and u.state = 'ready'
            order by case u.stage when 'fingerprint' then 1 when 'parse' then 2 when 'images' then 3
                when 'describe' then 4 when 'assemble' then 5 when 'chunk' then 6
                when 'embed' then 7 when 'extract' then 8 else 9 end limit 1), stage)
    where job_id = ? and state in ('failed', 'partial', 'cancelled');

-- name: document_older
select d.id from document d join job j on j.id = d.job_id
    where d.uri = ? and d.id <> ? and j.collection = ? and d.state in ('done', 'partial');

-- name: documents_indexed
select d.id, d.uri, d.title, j.collection, j.spec from document d join job j on j.id = d.job_id
    where d.id > ? and d.state in ('done', 'partial') and d.stage = 'index'
        and not exists (select 1 from document n join job m on m.id = n.job_id
            where n.uri = d.uri and n.id > d.id and m.collection = j.collection
                and n.state in ('done', 'partial'))
    order by d.id limit ?;
