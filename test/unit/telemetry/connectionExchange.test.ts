import assert from 'node:assert/strict';
import { ok } from '../../../src/domain/result.ts';
import { connectionExchange } from '../../../src/telemetry/connectionExchange.ts';
import { localServers } from '../http/localServers.ts';

describe('the exchange of a connection', function () {
  this.timeout(30_000);
  const serve = localServers();
  const never = new AbortController().signal;
  const limits = { timeout: 20_000, maxBytes: 1_000 };
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const behindToken = async (right: string) => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(request.headers.authorization === `Bearer ${right}` ? 200 : 401).end('{}');
    });
    return { url, seen };
  };

  it('asks once more when the credentials had expired and there are others', async () => {
    const { url, seen } = await behindToken('new');
    let token = 'old';
    const renew = (refused: Readonly<Record<string, string>>): boolean => {
      assert.deepEqual(refused, bearer('old'));
      token = 'new';
      return true;
    };
    const headers = () => Promise.resolve(ok(bearer(token)));
    const exchange = connectionExchange({ url, headers, renew }, limits);
    const answer = await exchange.get(`${url}/api`, never, bearer(token));
    assert.ok(answer.ok);
    assert.equal(answer.value.status, 200);
    assert.deepEqual(seen, ['Bearer old', 'Bearer new']);
  });

  it('asks no second time when there are no others, and never a third', async () => {
    for (const [renew, times] of [
      [undefined, 1],
      [() => false, 1],
      [() => true, 2],
    ] as const) {
      const { url, seen } = await behindToken('right');
      const headers = () => Promise.resolve(ok(bearer('wrong')));
      const how = { url, headers, ...(renew === undefined ? {} : { renew }) };
      const answer = await connectionExchange(how, limits).get(url, never, bearer('wrong'));
      assert.ok(answer.ok);
      assert.equal(answer.value.status, 401);
      assert.equal(seen.length, times);
    }
  });

  it('sends nothing to another origin', async () => {
    const { url, seen } = await behindToken('right');
    const headers = () => Promise.resolve(ok(bearer('right')));
    const exchange = connectionExchange({ url: 'http://backend.test/base', headers }, limits);
    assert.ok(!(await exchange.get(url, never, bearer('right'))).ok);
    assert.deepEqual(seen, []);
  });
});
