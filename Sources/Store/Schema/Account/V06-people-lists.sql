-- Lists of people in each order, page by page, of all whom a viewer sees: one member's alone are no order of a list.
DROP INDEX person_list;
CREATE INDEX person_strength ON person (account_id, gone, strength DESC, id);
CREATE INDEX person_contact ON person (account_id, gone, COALESCE(last_contacted, 0) DESC, id);
CREATE INDEX person_folded ON person (account_id, gone, folded, id);

-- Who has a tag; its beginning alone, since an index holds no text of any length.
CREATE INDEX person_tag ON person_value (account_id, substr(value, 1, 200), person_id) WHERE field = 'tag';
