/** Stands for a query: resolves after `ms` milliseconds. */
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

module.exports = { later };
