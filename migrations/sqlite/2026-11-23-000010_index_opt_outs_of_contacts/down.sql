drop index opt_outs_of_contact;
