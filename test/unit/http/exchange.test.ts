import assert from 'node:assert/strict';
import type { Failure, Result } from '../../../src/domain/result.ts';
import { jsonOf } from '../../../src/http/answerFailure.ts';
import { createExchange } from '../../../src/http/exchange.ts';
import { deadAddress, localServers } from './localServers.ts';

describe('exchange with a backend', function () {
  this.timeout(60_000);
  const serve = localServers();
  const exchange = createExchange({ timeout: 30_000, maxBytes: 1_000 });
  const impatient = createExchange({ timeout: 300, maxBytes: 1_000 });
  const never = new AbortController().signal;
  const failureOf = (result: Result<unknown>): Failure => {
    assert.ok(!result.ok);
    return result.failure;
  };

  it('sends headers to the origin itself, also after a redirect within it', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`);
      if (request.url === '/a') response.writeHead(307, { location: '/b' }).end();
      else response.end('{"a":1}');
    });
    const answer = await exchange.get(`${url}/a`, never, { Authorization: 'Bearer s3cret' });
    assert.ok(answer.ok);
    assert.deepEqual(jsonOf(answer.value), { ok: true, value: { a: 1 } });
    assert.equal(answer.value.url, `${url}/b`);
    assert.deepEqual(seen, ['/a Bearer s3cret', '/b Bearer s3cret']);
  });

  it('never follows a redirect to another origin, and says where it would lead', async () => {
    let asked = 0;
    const elsewhere = await serve((_, response) => {
      asked += 1;
      response.end('{}');
    });
    const url = await serve((_, response) =>
      response.writeHead(302, { location: `${elsewhere}/login?x=1` }).end(),
    );
    const failure = failureOf(await exchange.get(url, never, { Authorization: 'Bearer s3cret' }));
    assert.equal(failure.reason, 'untrusted');
    assert.ok(failure.message.includes(elsewhere));
    assert.doesNotMatch(JSON.stringify(failure), /s3cret|login/);
    assert.equal(asked, 0);
  });

  it('ends a circle of redirects', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked += 1;
      response.writeHead(302, { location: '/again' }).end();
    });
    assert.equal(failureOf(await exchange.get(url, never)).reason, 'refused');
    assert.equal(asked, 4);
  });

  const statuses: readonly (readonly [number, string, RegExp])[] = [
    [401, 'refused', /sign in again/],
    [403, 'refused', /read access/],
    [404, 'notFound', /address in the setting/],
    [408, 'timeout', /shorter window/],
    [413, 'tooLarge', /less/],
    [429, 'busy', /in 7 s/],
    [500, 'unreachable', /own log/],
    [502, 'unreachable', /proxy/],
    [503, 'busy', /in 7 s/],
  ];
  for (const [status, reason, remedy] of statuses)
    it(`explains ${status}`, async () => {
      const url = await serve((_, response) =>
        response
          .writeHead(status, { 'content-type': 'text/html', 'retry-after': '7' })
          .end('<html>secret stack</html>'),
      );
      const answer = await exchange.get(url, never);
      assert.ok(answer.ok);
      const failure = failureOf(jsonOf(answer.value));
      assert.equal(failure.reason, reason);
      assert.ok(failure.message.includes(String(status)));
      assert.match(failure.remedy ?? '', remedy);
      assert.doesNotMatch(JSON.stringify(failure), /stack/);
    });

  it('takes no web page and no half JSON for data', async () => {
    for (const [type, body] of [
      ['text/html', '<!doctype html><title>Sign in</title>'],
      ['text/plain', '<html></html>'],
      ['application/json', '{"data":[1,'],
    ] as const) {
      const url = await serve((_, response) =>
        response.writeHead(200, { 'content-type': type }).end(body),
      );
      const answer = await exchange.get(url, never);
      assert.ok(answer.ok);
      const failure = failureOf(jsonOf(answer.value));
      assert.equal(failure.reason, 'invalid');
      assert.match(failure.remedy ?? '', /address/);
    }
  });

  it('ends what is too large, too slow, or drips for ever', async () => {
    const large = await serve((_, response) => response.end('x'.repeat(2_000)));
    assert.equal(failureOf(await exchange.get(large, never)).reason, 'tooLarge');
    const silent = await serve(() => undefined);
    const timers: NodeJS.Timeout[] = [];
    const dripping = await serve((_, response) => {
      response.write('[');
      timers.push(setInterval(() => response.write(' '), 20));
    });
    for (const url of [silent, dripping])
      assert.equal(failureOf(await impatient.get(url, never)).reason, 'timeout');
    for (const timer of timers) clearInterval(timer);
  });

  it('asks once more where a connection that was kept has ended meanwhile, and no more than once', async () => {
    const asked: (string | undefined)[] = [];
    let restarts = 0;
    const url = await serve((request, response) => {
      asked.push(request.url);
      if (request.url === '/always' || (request.url === '/once' && restarts++ === 0))
        request.socket.destroy();
      else response.end('{}');
    });
    assert.ok((await exchange.get(`${url}/first`, never)).ok);
    assert.ok((await exchange.get(`${url}/once`, never)).ok);
    const failure = failureOf(await exchange.get(`${url}/always`, never));
    assert.match(failure.message, /closed the connection/);
    assert.deepEqual(asked, ['/first', '/once', '/once', '/always', '/always']);
  });

  it('says so when an answer is cut off', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"a":', () => response.destroy());
    });
    const failure = failureOf(await exchange.get(url, never));
    assert.equal(failure.reason, 'unreachable');
    assert.match(failure.message, /was cut off/);
  });

  it('tells a port where nothing listens, an unknown host and a cancelled request apart', async () => {
    const url = await deadAddress();
    const refused = failureOf(await exchange.get(`${url}/path?token=s3cret`, never));
    assert.equal(refused.reason, 'unreachable');
    assert.match(refused.message, /refuses connections/);
    assert.doesNotMatch(JSON.stringify(refused), /s3cret/);
    const unknown = failureOf(await exchange.get('http://prodlens.invalid', never));
    assert.equal(unknown.reason, 'unreachable');
    const abort = new AbortController();
    const waiting = await serve(() => {
      abort.abort();
    });
    assert.equal(failureOf(await exchange.get(waiting, abort.signal)).reason, 'aborted');
  });
});
