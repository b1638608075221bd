drop table handoffs;
