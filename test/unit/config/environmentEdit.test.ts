import assert from 'node:assert/strict';
import { withConnection } from '../../../src/config/environmentEdit.ts';
import { decodeEnvironments } from '../../../src/config/schema.ts';

const connection = { kind: 'jaeger', url: 'http://j:16686', auth: { type: 'none' } } as const;
const edit = { environment: 'live', production: true, signal: 'traces', connection } as const;

describe('a connection written into prodlens.environments', () => {
  it('is an environment of its own, as this version reads it', () => {
    const written = withConnection(undefined, edit);
    assert.deepEqual(written, [
      { name: 'live', production: true, traces: { kind: 'jaeger', url: 'http://j:16686' } },
    ]);
    const known = { providers: [], metrics: [], traces: ['jaeger'] };
    const { environments, problems } = decodeEnvironments(written, known);
    assert.deepEqual(problems, []);
    assert.deepEqual(environments[0]?.traces, connection);
  });

  it('leaves everything else as it is, also what this version doesn’t know', () => {
    const before = [
      { name: 'dev', future: 1 },
      'nonsense',
      { name: ' live ', targets: [1], x: {} },
    ];
    const auth = { type: 'basic', user: 'me' } as const;
    const existing = { ...edit, production: undefined, connection: { ...connection, auth } };
    assert.deepEqual(withConnection(before, existing), [
      before[0],
      before[1],
      {
        name: ' live ',
        targets: [1],
        x: {},
        traces: { kind: 'jaeger', url: 'http://j:16686', auth },
      },
    ]);
    assert.equal(JSON.stringify(before).includes('jaeger'), false);
  });

  it('keeps what a person wrote for the same kind of backend, and nothing of how it signed in', () => {
    const own = { conventions: [{ name: 'mine' }], sources: { shop: 'mine' }, sampled: false };
    const traces = {
      kind: 'jaeger',
      url: 'http://old',
      auth: { type: 'bearer' },
      headers: { 'X-Tenant': 'a' },
      secretHeaders: ['X-Key'],
      tls: { caFile: '/ca.pem' },
      ...own,
    };
    const existing = { ...edit, production: undefined };
    assert.deepEqual(withConnection([{ name: 'live', traces }], existing), [
      { name: 'live', traces: { ...own, kind: 'jaeger', url: 'http://j:16686' } },
    ]);
    const other = { ...traces, kind: 'zipkin' };
    assert.deepEqual(withConnection([{ name: 'live', traces: other }], existing), [
      { name: 'live', traces: { kind: 'jaeger', url: 'http://j:16686' } },
    ]);
  });

  it('is not written where a person must correct the setting first', () => {
    const existing = { ...edit, production: undefined };
    assert.equal(withConnection({ name: 'live' }, edit), undefined, 'no list');
    assert.equal(withConnection([{ name: 'live', select: 1 }], edit), undefined, 'a wrong entry');
    assert.equal(withConnection([{ name: 'live' }, { name: 'live' }], existing), undefined, 'two');
    assert.equal(withConnection([], existing), undefined, 'gone meanwhile');
  });
});
