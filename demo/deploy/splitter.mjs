// The demo's deploy system: splits requests over releases by weight and says on /-/releases what it does.
// Started with JSON in SPLITTER: {"port", "releases": [{"id","version","commit","weight","port","createdAt"}]}.
import http from 'node:http';

const config = JSON.parse(process.env.SPLITTER);
const releases = config.releases;
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
let generation = 1;
let lastChange = 'first rollout';

const answer = (response, status, value) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
};

function choose() {
  let at = Math.random();
  for (const release of releases) if ((at -= release.weight) < 0) return release;
  return releases[0];
}

const view = () => ({
  schema: 1,
  state: `generation-${generation}`,
  releases: releases.map(({ id, version, commit, weight, createdAt }, index) => ({
    id,
    version,
    commit,
    weight,
    createdAt,
    current: index === releases.length - 1 ? weight > 0 : weight === 1,
  })),
});

async function control(request, response) {
  if (request.method === 'GET') return answer(response, 200, { ...view(), lastChange });
  let text = '';
  for await (const chunk of request) text += chunk;
  const { to, reason } = JSON.parse(text);
  if (!releases.some((release) => release.id === to)) {
    return answer(response, 404, { error: `there is no release ${to}` });
  }
  for (const release of releases) release.weight = release.id === to ? 1 : 0;
  generation++;
  lastChange = reason;
  answer(response, 200, view());
}

function forward(request, response) {
  const release = choose();
  const onward = http.request(
    {
      agent,
      host: '127.0.0.1',
      port: release.port,
      method: request.method,
      path: request.url,
      headers: request.headers,
    },
    (back) => {
      response.writeHead(back.statusCode, back.headers);
      back.pipe(response);
    },
  );
  onward.on('error', () => {
    if (!response.headersSent) answer(response, 502, { error: 'the release does not answer' });
    else response.destroy();
  });
  request.pipe(onward);
}

http
  .createServer((request, response) => {
    if (request.url === '/-/releases') {
      control(request, response).catch((error) => answer(response, 400, { error: error.message }));
    } else forward(request, response);
  })
  .listen(config.port, '127.0.0.1', () => process.send?.('ready'));
