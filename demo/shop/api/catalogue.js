const names = ['teapot', 'kettle', 'cup', 'saucer', 'tray', 'strainer', 'spoon', 'jar'];

const products = new Map(
  names.map((name, index) => [
    `p${index + 1}`,
    { id: `p${index + 1}`, name, cents: 450 + index * 325 },
  ]),
);

module.exports = { products };
