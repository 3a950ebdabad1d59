-- Something to be done about a person, as the owner typed it or a CRM told it. Whose it is is said by its record, so that it
-- goes along when persons are united or parted; the owner's taking it away is `gone_at`.
CREATE TABLE task (
  account_id BIGINT NOT NULL,   --: open id customer - life export keep
  id BIGINT NOT NULL,           --: open id contact - life export row
  member_id BIGINT NOT NULL,    --: open id customer - life export row
  record_id BIGINT NOT NULL,    --: open id contact - life export row
  title BYTEA NOT NULL,         --: sealed note contact show-to-owner,tasks-to-crm life export row
  title_token BIGINT NOT NULL,  --: blind key contact - life export row
  due BIGINT,                   --: open instant contact show-to-owner,tasks-to-crm life export row
  done BIGINT NOT NULL,         --: open flag contact show-to-owner,tasks-to-crm life export row
  changed_at BIGINT NOT NULL,   --: open instant contact show-to-owner life export row
  gone_at BIGINT,               --: open instant contact - life export row
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, record_id) REFERENCES record (account_id, id) ON DELETE CASCADE
);

CREATE INDEX task_record ON task (account_id, record_id, id);

-- Which task of a destination is which: its key there, posted before it leaves, and the base that both sides last agreed on.
-- `their_title` is what it is called there while the two sides differ.
CREATE TABLE task_link (
  account_id BIGINT NOT NULL,      --: open id customer - life export keep
  destination_id BIGINT NOT NULL,  --: open id customer - life export row
  task_id BIGINT NOT NULL,         --: open id contact - life export row
  member_id BIGINT NOT NULL,       --: open id customer - life export row
  key TEXT NOT NULL,               --: open digest contact - work export row
  state TEXT NOT NULL,             --: open enum contact - work export row
  remote_id TEXT,                  --: open id contact - life export row
  base_title BIGINT NOT NULL,      --: blind key contact - work export row
  base_due BIGINT,                 --: open instant contact - work export row
  base_done BIGINT NOT NULL,       --: open flag contact - work export row
  there_title BIGINT,              --: blind key contact - work export row
  there_due BIGINT,                --: open instant contact - work export row
  there_done BIGINT,               --: open flag contact - work export row
  their_title BYTEA,               --: sealed note contact show-to-owner life export row
  PRIMARY KEY (account_id, destination_id, task_id),
  FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id) ON DELETE CASCADE
);

CREATE VIEW seen_task AS
  SELECT t.account_id, t.id, r.person_id, t.title, t.due, t.done, t.changed_at
  FROM task t JOIN record r ON r.account_id = t.account_id AND r.id = t.record_id
  WHERE t.account_id = {account} AND t.member_id = {member} AND t.gone_at IS NULL
    AND EXISTS (SELECT 1 FROM seen_person p WHERE p.account_id = r.account_id AND p.id = r.person_id);
