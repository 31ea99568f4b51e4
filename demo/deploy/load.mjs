// Load of the demo: a steady stream of shoppers until it is ended. TARGET is the splitter's address, RATE requests per second.
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
const rate = Number(process.env.RATE ?? 40);
const target = process.env.TARGET;
const pick = (values) => values[Math.floor(Math.random() * values.length)];
const product = () => `p${1 + Math.floor(Math.random() * 8)}`;
let lastOrder = 'o1';

/** Mostly small carts; one in eight is large, one in twenty is paid in kronor. */
function cart() {
  const size = Math.random() < 0.125 ? 6 + Math.floor(Math.random() * 4) : pick([1, 1, 2, 3]);
  const items = Array.from({ length: size }, () => ({ id: product(), quantity: pick([1, 2]) }));
  return { items, currency: Math.random() < 0.06 ? 'SEK' : pick(['EUR', 'EUR', 'USD']) };
}

function send(method, path, body) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const request = http.request(
    `${target}${path}`,
    { method, agent, timeout: 10_000, headers: text ? { 'content-type': 'application/json' } : {} },
    (response) => {
      let answer = '';
      response.on('data', (chunk) => (answer += chunk));
      response.on('end', () => {
        if (method === 'POST' && response.statusCode === 201) lastOrder = JSON.parse(answer).id;
      });
    },
  );
  request.on('timeout', () => request.destroy());
  request.on('error', () => undefined);
  request.end(text);
}

function shopper() {
  const dice = Math.random();
  if (dice < 0.55) send('POST', '/orders', cart());
  else if (dice < 0.7) send('GET', '/products');
  else if (dice < 0.9) send('GET', `/products/${Math.random() < 0.02 ? 'p99' : product()}`);
  else send('GET', `/orders/${lastOrder}`);
}

setInterval(shopper, 1000 / rate);
