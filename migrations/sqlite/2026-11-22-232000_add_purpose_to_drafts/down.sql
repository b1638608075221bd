alter table drafts drop column purpose;
