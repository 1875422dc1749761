-- Images and their descriptions: the rows of store/images.c.

-- name: image_insert
insert into image (document_id, ordinal, page, box_left, box_top, box_right, box_bottom, width,
        height, colors, scanned_page, pixels, dhash, mime, file, prepared_width, prepared_height)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (document_id, ordinal) do update set file = coalesce(excluded.file, file);

-- name: images_of_document
select ordinal, page, box_left, box_top, box_right, box_bottom, width, height, colors,
        scanned_page, pixels, dhash, mime, file, prepared_width, prepared_height
    from image where document_id = ? order by ordinal;

-- name: image_same
update image set same_as = ? where document_id = ? and ordinal = ?;

-- name: images_of_job
select d.id, i.ordinal, i.page, i.width, i.height, u.state, u.reason, u.cause, s.text, s.model
    from document d join image i on i.document_id = d.id
    join image k on k.document_id = i.document_id and k.ordinal = coalesce(i.same_as, i.ordinal)
    left join unit u on u.document_id = d.id and u.stage = 'describe' and u.ordinal = i.ordinal
    left join description s on s.pixels = k.pixels and s.maker = ?
    where d.job_id = ? order by d.id, i.ordinal limit ?;

-- name: description_find
select kind, text, model from description where pixels = ? and maker = ?;

-- name: description_add
insert into description (pixels, maker, kind, text, model, created_ms) values (?, ?, ?, ?, ?, ?)
    on conflict (pixels, maker) do nothing;

-- name: descriptions_of_document
select i.ordinal, s.kind, s.text, s.model from image i
    join image k on k.document_id = i.document_id and k.ordinal = coalesce(i.same_as, i.ordinal)
    join description s on s.pixels = k.pixels and s.maker = ?
    where i.document_id = ? order by i.ordinal;
