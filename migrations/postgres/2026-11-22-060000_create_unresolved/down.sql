drop table unresolved;
