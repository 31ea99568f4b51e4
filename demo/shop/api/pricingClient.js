const http = require('node:http');

const agent = new http.Agent({ keepAlive: true });

/** Asks the pricing service what the items cost together. */
function quote(items, currency) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ items, currency });
    const request = http.request(
      `${process.env.PRICING_URL}/quotes`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () =>
          response.statusCode === 200
            ? resolve(JSON.parse(text))
            : reject(new Error(`pricing answered ${response.statusCode}`)),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

module.exports = { quote };
