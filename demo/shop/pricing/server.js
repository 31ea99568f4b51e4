const express = require('express');
const { priceCart } = require('./quotes');
const { settleForever } = require('./settlement');

const app = express();
app.use(express.json());
app.post('/quotes', priceCart);

app.listen(Number(process.env.PORT), '127.0.0.1');
settleForever();
