drop table sender_rates;
