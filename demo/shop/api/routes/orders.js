const { Router } = require('express');
const { products } = require('../catalogue');
const { quote } = require('../pricingClient');

const router = Router();
const orders = new Map();
let nextOrder = 1;

/** Keeps the last orders only: this shop has no database. */
function remember(order) {
  orders.set(order.id, order);
  if (orders.size > 1000) orders.delete(orders.keys().next().value);
}

async function checkout(req, res) {
  const { items = [], currency = 'EUR' } = req.body ?? {};
  if (items.length === 0) return res.status(400).json({ error: 'the cart is empty' });
  if (items.some((item) => !products.has(item.id))) {
    return res.status(422).json({ error: 'an item is not in the catalogue' });
  }
  const price = await quote(items, currency);
  const order = { id: `o${nextOrder++}`, items, price };
  remember(order);
  res.status(201).json(order);
}

function showOrder(req, res) {
  const order = orders.get(req.params.id);
  if (!order) return res.status(404).json({ error: 'no such order' });
  res.json(order);
}

router.post('/', checkout);
router.get('/:id', showOrder);

module.exports = router;
