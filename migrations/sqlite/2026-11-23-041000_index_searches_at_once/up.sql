-- The index is a file of its own there.
select 1;
