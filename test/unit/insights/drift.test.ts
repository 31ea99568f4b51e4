import assert from 'node:assert/strict';
import type { FunctionDecl, FunctionId } from '../../../src/domain/functionDecl.ts';
import type { ServiceState } from '../../../src/domain/release.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { unixMillis } from '../../../src/domain/units.ts';
import { combine } from '../../../src/insights/combine.ts';
import { namesNotThere } from '../../../src/insights/drift.ts';
import type { FileDrift, FileView } from '../../../src/symbols/contract.ts';

const service = serviceKey('shop');
const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
const total: FunctionDecl = {
  id: 'a.ts#Cart.total' as FunctionId,
  name: 'Cart.total',
  kind: 'method',
  language: 'typescript',
  path: '/w/a.ts',
  range,
  selectionRange: range,
  declarationLine: 0,
};

describe('a function beside the releases that run', () => {
  const drift = (states: readonly (FileDrift['functions'][string] | 'same')[]): FileDrift[] =>
    states.map((state, i) => ({
      commit: `c${i}`,
      functions: state === 'same' ? {} : { 'Cart.total': state },
    }));
  const view = (files: readonly FileDrift[]): FileView => ({
    path: '/w/a.ts',
    language: 'typescript',
    version: 1,
    functions: [total],
    status: 'fresh',
    services: [{ service, explanation: 'named so' }],
    servicesExplanation: '',
    attributions: [],
    drift: files,
  });
  /** Releases v0, v1… run; `known` of them have commits c0, c1… */
  const said = (files: readonly FileDrift[], running: number, known = running) => {
    const state: ServiceState = {
      service,
      alive: true,
      lastSeen: unixMillis(1),
      releases: Array.from({ length: running }, (_, i) => ({
        version: `v${i}`,
        run: 0,
        running: true,
        firstSeen: unixMillis(0),
        lastSeen: unixMillis(1),
      })),
      warnings: [],
      source: 's',
    };
    const [insight] = combine(view(files), {
      environment: 'local',
      production: false,
      services: new Map([[service, state]]),
      numbersOf: () => undefined,
      commitOf: (_, version) =>
        Number(version.slice(1)) < known ? `c${version.slice(1)}` : undefined,
    });
    return [insight?.drift, insight?.notIn];
  };

  it('is edited when it differs from all of them', () => {
    assert.deepEqual(said(drift(['edited']), 1), ['edited', undefined]);
    assert.deepEqual(said(drift(['edited', 'absent']), 2), ['edited', undefined]);
    assert.deepEqual(said(drift(['edited', 'same']), 2), [undefined, undefined]);
    assert.deepEqual(said(drift(['same']), 1), [undefined, undefined]);
  });

  it('is in none of them yet when all lack it', () => {
    assert.deepEqual(said(drift(['absent', 'absent']), 2), ['notInRelease', ['v0', 'v1']]);
  });

  it('is not judged while one of them is unknown, or it may have been moved', () => {
    assert.deepEqual(said(drift(['absent']), 2, 1), [undefined, undefined]);
    assert.deepEqual(said(drift(['edited']), 2, 2), [undefined, undefined]);
    assert.deepEqual(said(drift(['elsewhere']), 1), [undefined, undefined]);
    assert.deepEqual(said([], 0), [undefined, undefined]);
  });

  it('asks for the names that may have been moved, not for made-up ones', () => {
    const functions = {
      'Cart.total~2': 'absent',
      moved: 'elsewhere',
      changed: 'edited',
      'GET /x handler': 'absent',
    } as const;
    assert.deepEqual(namesNotThere(view([{ commit: 'c', functions }])), ['moved', 'total']);
  });
});
