// What the demo's deploy target runs: `deploy.mjs PORT list`, `… preview --from A --to B`, `… roll-back --to B`.
const [port, verb, ...rest] = process.argv.slice(2);
const option = (name) => rest[rest.indexOf(name) + 1];
const url = `http://127.0.0.1:${port}/-/releases`;

async function read(init) {
  const response = await fetch(url, init);
  const body = await response.json();
  if (!response.ok) throw new Error(body.error);
  return body;
}

const percent = (weight) => `${Math.round(weight * 100)} %`;

try {
  const now = await read();
  if (verb === 'list') {
    console.log(JSON.stringify({ schema: 1, state: now.state, releases: now.releases }));
  } else if (verb === 'preview') {
    for (const { id, version, weight } of now.releases) {
      console.log(`${version}: ${percent(weight)} → ${percent(id === option('--to') ? 1 : 0)}`);
    }
    console.log('Instances of both releases keep running.');
  } else if (verb === 'roll-back') {
    const to = option('--to');
    console.log(`moving all traffic to ${to} …`);
    const reason = process.env.PRODLENS_REASON ?? '';
    const after = await read({ method: 'POST', body: JSON.stringify({ to, reason }) });
    for (const { version, weight } of after.releases) console.log(`${version}: ${percent(weight)}`);
  } else throw new Error(`unknown verb ${verb}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
