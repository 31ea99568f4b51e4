const express = require('express');
const orders = require('./routes/orders');
const products = require('./routes/products');

const app = express();
app.use(express.json());
app.use('/products', products);
app.use('/orders', orders);
app.get('/healthz', (req, res) => res.json({ ok: true }));

app.listen(Number(process.env.PORT), '127.0.0.1');
