import assert from 'node:assert/strict';
import { createAttributor } from '../../../src/attribution/attributor.ts';
import type { FunctionId, FunctionRef } from '../../../src/domain/functionDecl.ts';
import type { Operation, OperationId } from '../../../src/domain/operation.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import type { WorkspaceFacts } from '../../../src/domain/workspace.ts';
import { noFacts } from './noFacts.ts';

const at = (path: string) => ({ path, line: 0 });
const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
const ref = (name: string, path = '/w/a.ts'): FunctionRef => ({
  id: `${path.slice(3)}#${name}`.replace(/^\//, '') as FunctionId,
  name,
  path,
  range,
  selectionRange: range,
  declarationLine: 0,
});

const asked = (more: Partial<Operation>, facts: Partial<WorkspaceFacts>): string => {
  const found = createAttributor({ ...noFacts, ...facts }).attribute({
    id: JSON.stringify(more) as OperationId,
    service: serviceKey('shop'),
    source: 'span',
    kind: 'internal',
    name: '',
    scope: 'hand',
    ...more,
  });
  if (found.kind === 'owned') return `${found.owner.path}#${found.owner.name}`;
  return found.kind === 'none'
    ? `none: ${found.explanation}`
    : `ambiguous: ${found.candidates.map(({ name }) => name).join(', ')}`;
};

const span = (name: string, owner?: string) => ({
  name,
  form: 'startActiveSpan',
  at: at('/w/a.ts'),
  ...(owner === undefined ? {} : { owner: ref(owner) }),
});
const folded = true as const;

describe('a name that a backend keeps in lower case', () => {
  const twice = { spans: [span('PackOrder', 'pack'), span('packorder', 'other')] };

  it('is ambiguous between spans that differ in case alone', () => {
    assert.equal(asked({ name: 'packorder', folded }, twice), 'ambiguous: pack, other');
    // Where case is kept, and where a tag has proven how it is written.
    assert.equal(asked({ name: 'packorder' }, twice), '/w/a.ts#other');
    assert.equal(asked({ name: 'PackOrder', folded }, twice), '/w/a.ts#pack');
  });

  it('finds the one span that it can be, and none where another one is made outside of functions', () => {
    const once = { spans: [span('PackOrder', 'pack')] };
    assert.equal(asked({ name: 'packorder', folded }, once), '/w/a.ts#pack');
    assert.match(asked({ name: 'packorder' }, once), /^none/);
    const outside = { spans: [span('PackOrder'), span('packorder', 'other')] };
    assert.match(asked({ name: 'packorder', folded }, outside), /^none: .*lower case/);
  });

  it('is ambiguous between methods of classes that differ in case alone', () => {
    const declared = (name: string, method: string) => ({
      ref: ref(name),
      name,
      qualifiedName: name,
      supertypes: [],
      methods: [{ name: method, ref: ref(`${name}.${method}`) }],
    });
    const classes = [declared('Jobs', 'runAll'), declared('jobs', 'runall')];
    const of = { name: 'jobs.runall', folded };
    assert.equal(asked(of, { classes }), 'ambiguous: Jobs.runAll, jobs.runall');
    assert.equal(asked({ name: 'jobs.runall' }, { classes }), '/w/a.ts#jobs.runall');
    assert.equal(asked(of, { classes: classes.slice(0, 1) }), '/w/a.ts#Jobs.runAll');
  });

  it('is told apart by attributes, which keep their case', () => {
    const route = (path: string, handler: string) => ({
      framework: 'express',
      method: 'GET',
      path,
      handler: ref(handler),
      registeredAt: at('/w/a.ts'),
    });
    const routes = [route('/Users', 'upper'), route('/users', 'lower')];
    const request = { kind: 'server', name: 'get /users', folded } as const;
    const http = (path: string) => ({ http: { method: 'GET', route: path } });
    assert.equal(asked({ ...request, ...http('/Users') }, { routes }), '/w/a.ts#upper');
    assert.equal(asked({ ...request, ...http('/users') }, { routes }), '/w/a.ts#lower');
    assert.match(asked(request, { routes }), /^none/);
    const layer = { framework: 'express', type: 'request_handler', name: '/users' };
    const inner = { name: 'request handler - /users', layer, folded };
    assert.match(asked(inner, { routes }), /^none/);
  });

  it('of a topic is ambiguous unless an attribute names the topic', () => {
    const consumer = (key: string, handler: string) => ({
      framework: 'kafkajs',
      protocol: 'destination' as const,
      key,
      handler: ref(handler),
      registeredAt: at('/w/a.ts'),
    });
    const endpoints = [consumer('Orders', 'upper'), consumer('orders', 'lower')];
    const message = { kind: 'consumer', name: 'process orders', folded } as const;
    const messaging = { system: 'kafka', destination: 'Orders', operation: 'process' };
    assert.equal(asked(message, { endpoints }), 'ambiguous: upper, lower');
    assert.equal(asked({ ...message, messaging }, { endpoints }), '/w/a.ts#upper');
  });

  it('of a procedure or a task is ambiguous between those that differ in case alone', () => {
    const endpoint = (protocol: 'rpc' | 'task', key: string, handler: string) => ({
      framework: 'any',
      protocol,
      key,
      handler: ref(handler),
      registeredAt: at('/w/a.ts'),
    });
    const endpoints = [
      endpoint('rpc', 'Stock/Get', 'upper'),
      endpoint('rpc', 'stock/get', 'lower'),
      endpoint('task', 'mail.Send', 'Send'),
      endpoint('task', 'mail.send', 'send'),
    ];
    const call = { kind: 'server', name: 'acme.stock/get', folded } as const;
    assert.equal(asked(call, { endpoints }), 'ambiguous: upper, lower');
    const task = { kind: 'consumer', name: 'run/mail.send', folded } as const;
    assert.equal(asked(task, { endpoints }), 'ambiguous: Send, send');
  });

  it('of a service is ambiguous between services that differ in case alone', () => {
    const [one, other] = ['/w/one/a.ts', '/w/other/a.ts'] as const;
    const facts: Partial<WorkspaceFacts> = {
      routes: [one, other].map((path) => ({
        framework: 'express',
        method: 'GET',
        path: '/users',
        handler: ref('list', path),
        registeredAt: at(path),
      })),
      servicesOf: (path) => ({
        services: [
          { service: serviceKey(path === one ? 'Shop' : 'shop'), explanation: 'package.json' },
        ],
        explanation: '',
      }),
    };
    const http = { method: 'GET', route: '/users' };
    const request = { kind: 'server', name: 'GET /users', http } as const;
    assert.equal(asked({ ...request, folded }, facts), 'ambiguous: list, list');
    assert.equal(asked(request, facts), `${other}#list`);
    const known = { ...request, service: serviceKey('Shop'), folded };
    assert.equal(asked(known, facts), `${one}#list`);
  });
});
