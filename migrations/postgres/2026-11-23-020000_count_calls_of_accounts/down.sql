delete from handoffs where api_token_id is null;
drop index handoffs_by_account;
drop index handoffs_once;
create unique index handoffs_once on handoffs (api_token_id, call_index, digit, turn);
alter table handoffs drop column provider_account_id;
alter table handoffs alter column api_token_id set not null;
