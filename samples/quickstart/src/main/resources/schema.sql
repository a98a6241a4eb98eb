-- Made and filled by the copy that comes first. One statement, so that copies that start together do it only once.
CREATE TABLE IF NOT EXISTS invoice (
  number        VARCHAR(10)    PRIMARY KEY,
  region        VARCHAR(5)     NOT NULL,
  customer      VARCHAR(100)   NOT NULL,
  amount        NUMERIC(14, 2) NOT NULL,
  currency      CHAR(3)        NOT NULL,
  issued_on     DATE           NOT NULL,
  settled_at    TIMESTAMP WITH TIME ZONE,
  settled_by    VARCHAR(100),
  execution     VARCHAR(200),
  fencing_token BIGINT
) AS
SELECT number, region, customer, amount, currency, issued_on, NULL, NULL, NULL, NULL
FROM CSVREAD('classpath:/invoices.csv');
