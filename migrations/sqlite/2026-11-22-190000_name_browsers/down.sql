alter table sessions drop column browser;
