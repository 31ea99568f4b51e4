const { Router } = require('express');
const { products } = require('../catalogue');

const router = Router();

function listProducts(req, res) {
  res.json([...products.values()]);
}

function showProduct(req, res) {
  const product = products.get(req.params.id);
  if (!product) return res.status(404).json({ error: 'no such product' });
  res.json(product);
}

router.get('/', listProducts);
router.get('/:id', showProduct);

module.exports = router;
