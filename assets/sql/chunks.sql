-- Chunks of documents, from which library.db can be made again: the rows of store/chunks.c.

-- name: chunks_drop
delete from chunk where document_id = ?;

-- name: chunk_insert
insert into chunk (document_id, ordinal, page_first, page_last, image, tokens, section, text)
    values (?, ?, ?, ?, ?, ?, ?, ?);

-- name: chunks_of_document
select ordinal, page_first, page_last, image, tokens, section, text from chunk
    where document_id = ? order by ordinal;
