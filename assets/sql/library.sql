-- library.db: its own little schema, made again when it is lost. See store/library.h.

-- name: library_schema
create table if not exists document (
    id integer primary key,
    uri text not null,
    title text not null,
    collection text not null
) strict;
create table if not exists chunk (
    id integer primary key,
    document_id integer not null references document (id) on delete cascade,
    ordinal integer not null,
    page integer not null,
    image integer not null,
    section text not null,
    text text not null,
    unique (document_id, ordinal)
) strict;
create table if not exists picture (
    document_id integer not null references document (id) on delete cascade,
    ordinal integer not null,
    text text not null,
    primary key (document_id, ordinal)
) strict, without rowid;
create table if not exists vector (
    chunk_id integer primary key references chunk (id) on delete cascade,
    model text not null,
    dims integer not null,
    value blob not null
) strict;
create index if not exists vector_by_model on vector (model);
create virtual table if not exists words using fts5 (section, text, content = 'chunk',
    content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2');
create trigger if not exists chunk_in after insert on chunk begin
    insert into words (rowid, section, text) values (new.id, new.section, new.text);
end;
create trigger if not exists chunk_out after delete on chunk begin
    insert into words (words, rowid, section, text) values ('delete', old.id, old.section, old.text);
end;
pragma user_version = 1;

-- name: library_drop
delete from document where id = ?;

-- name: library_document
insert into document (id, uri, title, collection) values (?, ?, ?, ?);

-- name: library_rename
update document set uri = ? where id = ?;

-- name: library_chunk
insert into chunk (document_id, ordinal, page, image, section, text) values (?, ?, ?, ?, ?, ?);

-- name: library_picture
insert or ignore into picture (document_id, ordinal, text) values (?, ?, ?);

-- name: library_vector
insert into vector (chunk_id, model, dims, value) values (?, ?, ?, ?);

-- name: library_words
select w.rowid, -bm25(words, 0.5, 1.0) from words w
    join chunk c on c.id = w.rowid join document d on d.id = c.document_id
    where words match ? and (? = '' or d.collection = ?)
    order by bm25(words, 0.5, 1.0) limit ?;

-- name: library_scan
select v.chunk_id, v.value from vector v join chunk c on c.id = v.chunk_id
    join document d on d.id = c.document_id
    where v.model = ? and v.dims = ? and (? = '' or d.collection = ?);

-- name: library_hit
select d.uri, c.section, c.text, c.page, c.image, coalesce(p.text, '') from chunk c
    join document d on d.id = c.document_id
    left join picture p on p.document_id = c.document_id and p.ordinal = c.image
    where c.id = ?;

-- name: library_model
select model, count(*) from vector group by model order by 2 desc limit 1;

-- name: library_any
select exists (select 1 from document);
