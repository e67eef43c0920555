-- What is out of its scale is an alert whatever the sender says: each row that was written before may be one.
UPDATE questionnaire SET calls = 1;
