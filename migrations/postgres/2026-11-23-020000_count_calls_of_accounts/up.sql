-- A call comes by a telephone exchange that asks us, or by a provider that we tell
-- what to say: each row has one of the two. What a call is known by holds which.
alter table handoffs alter column api_token_id drop not null;
alter table handoffs add column provider_account_id uuid references provider_accounts (id);
drop index handoffs_once;
create unique index handoffs_once on handoffs (call_index, digit, turn);
create index handoffs_by_account on handoffs (provider_account_id, created_at);
