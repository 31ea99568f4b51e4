import assert from 'node:assert/strict';
import type { Result } from '../../../src/domain/result.ts';
import { jsonOf } from '../../../src/http/answerFailure.ts';
import { createExchange } from '../../../src/http/exchange.ts';
import { localServers } from './localServers.ts';

describe('exchange that follows no redirect', function () {
  this.timeout(60_000);
  const serve = localServers();
  const clientOf = (timeout: number) => {
    const exchange = createExchange({ timeout, maxBytes: 1_000, redirects: 0 });
    return {
      getJson: async (url: string, signal: AbortSignal): Promise<Result<unknown>> => {
        const answer = await exchange.get(url, signal);
        return answer.ok ? jsonOf(answer.value) : answer;
      },
    };
  };
  const client = clientOf(30_000);
  const impatient = clientOf(300);
  const never = new AbortController().signal;

  it('gives the JSON of an answer', async () => {
    const url = await serve((_, response) => response.end('{"a":1}'));
    assert.deepEqual(await client.getJson(url, never), { ok: true, value: { a: 1 } });
  });

  it('follows no redirect, and says that there was one', async () => {
    let asked = 0;
    const elsewhere = await serve((_, response) => {
      asked++;
      response.end('{}');
    });
    const url = await serve((_, response) =>
      response.writeHead(302, { location: elsewhere }).end(),
    );
    const answer = await client.getJson(url, never);
    assert.ok(!answer.ok);
    assert.match(answer.failure.message, /302/);
    assert.equal(asked, 0);
  });

  it('ends an answer that is too long, too slow, or drips for ever', async () => {
    const long = await serve((_, response) => response.end(JSON.stringify('x'.repeat(2_000))));
    assert.ok(!(await client.getJson(long, never)).ok);
    const silent = await serve(() => undefined);
    const timers: NodeJS.Timeout[] = [];
    const dripping = await serve((_, response) => {
      response.write('[');
      timers.push(setInterval(() => response.write(' '), 20));
    });
    for (const url of [silent, dripping]) {
      const answer = await impatient.getJson(url, never);
      assert.ok(!answer.ok);
      assert.match(answer.failure.reason, /timeout|unreachable/);
    }
    for (const timer of timers) clearInterval(timer);
  });

  it('takes no text for data, and stops when told', async () => {
    const text = await serve((_, response) => response.end('<html>'));
    const answer = await client.getJson(text, never);
    assert.ok(!answer.ok);
    assert.equal(answer.failure.reason, 'invalid');
    const abort = new AbortController();
    const waiting = await serve(() => {
      abort.abort();
    });
    const stopped = await client.getJson(waiting, abort.signal);
    assert.ok(!stopped.ok);
    assert.equal(stopped.failure.reason, 'aborted');
  });

  it('sends to no proxy that the environment names', async () => {
    let proxied = 0;
    const proxy = await serve((_, response) => {
      proxied++;
      response.end('{}');
    });
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = proxy;
    try {
      const url = await serve((_, response) => response.end('{"direct":true}'));
      assert.deepEqual(await client.getJson(url, never), { ok: true, value: { direct: true } });
    } finally {
      if (before === undefined) delete process.env['http_proxy'];
      else process.env['http_proxy'] = before;
    }
    assert.equal(proxied, 0);
  });
});
