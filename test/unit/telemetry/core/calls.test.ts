import assert from 'node:assert/strict';
import { serviceKey } from '../../../../src/domain/service.ts';
import type { Attributes, SpanRecord } from '../../../../src/telemetry/local/model.ts';
import { at, child, newCore, numbers, request, resource, span, t0 } from './builders.ts';

describe('a call', () => {
  it('is counted once on the outermost span of its owner, whose duration and status it takes', () => {
    const core = newCore();
    const outer = request('/a', { ms: 100 });
    const inner = child(outer, { name: 'A.a', ms: 60 });
    core.spans([outer, inner, child(inner, { name: 'A.a', ms: 20 })], t0);
    core.settle(t0);
    const both = numbers(core, () => true, at(1000));
    assert.equal(both.total?.count, 1);
    assert.ok(both.total.p50Ms && both.total.p50Ms.low < 100 && both.total.p50Ms.high >= 100);
    const body = numbers(core, (o) => o.name === 'A.a', at(1000));
    assert.equal(body.total?.count, 1, 'recursion is one call');
    assert.ok(body.total.p50Ms && body.total.p50Ms.low < 60 && body.total.p50Ms.high >= 60);
  });

  it('takes the two CONSUMER spans of an Active Job in two traces as one run, also its calls out', () => {
    const core = newCore();
    const job = (system: string, attributes: Attributes): SpanRecord =>
      span({
        kind: 'consumer',
        name: 'default process',
        scope: system,
        attributes: {
          'messaging.system': system,
          'messaging.destination': 'default',
          ...attributes,
        },
      });
    const own = job('active_job', { 'code.namespace': 'NotifyJob' });
    const around = job('sidekiq', { 'messaging.sidekiq.job_class': 'NotifyJob' });
    const plain = job('active_job', { 'code.namespace': 'PlainJob' });
    core.spans([around, own, child(own, { name: 'SELECT', kind: 'client' }), plain], t0);
    core.settle(t0);
    const notify = numbers(core, (o) => o.task === 'NotifyJob', at(0));
    assert.equal(notify.total?.count, 1);
    assert.equal(notify.callsOut?.count, 1);
    const alone = numbers(core, (o) => o.task === 'PlainJob', at(0));
    assert.equal(alone.total?.count, 1, 'where no other system reports it');
  });

  it('counts again when another function lies between only if no ancestor has the same owner', () => {
    const core = newCore();
    const outer = span({ name: 'a' });
    const between = child(outer, { name: 'b' });
    core.spans([outer, between, child(between, { name: 'a' }), span({ name: 'a' })], t0);
    core.settle(t0);
    assert.equal(numbers(core, (o) => o.name === 'a', at(0)).total?.count, 2);
    assert.equal(numbers(core, (o) => o.name === 'b', at(0)).total?.count, 1);
  });

  it('sees an ancestor of the same service beyond another service', () => {
    const core = newCore();
    const outer = span({ name: 'a' });
    const out = child(outer, { name: 'GET', kind: 'client' });
    const other = child(out, {
      name: 'GET /b',
      kind: 'server',
      resource: resource({ service: serviceKey('other') }),
    });
    const back = child(other, { name: 'a', resource: outer.resource });
    core.spans([back, other, out, outer], t0);
    core.settle(t0);
    assert.equal(numbers(core, (o) => o.name === 'a', at(0)).total?.count, 1);
  });

  it('shows calls out apart and each once, and never adds them', () => {
    const core = newCore();
    const outer = request('/a');
    const orm = child(outer, { name: 'SELECT db', kind: 'client', scope: 'orm', status: 'error' });
    core.spans([outer, orm, child(orm, { name: 'SELECT', kind: 'client', scope: 'driver' })], t0);
    core.settle(t0);
    const found = numbers(core, (o) => o.kind === 'server', at(0));
    assert.equal(found.total?.count, 1);
    assert.equal(found.callsOut?.count, 1);
    assert.equal(found.callsOut.errors, 1);
    const own = numbers(core, (o) => o.scope === 'orm', at(0));
    assert.equal(own.total, undefined, 'a call out is never a call of the function');
    assert.equal(own.callsOut?.count, 1);
  });

  it('takes the two SERVER spans of one Next.js request as one, the one with the route', () => {
    const core = newCore();
    core.setRoutes({ routes: [{ framework: 'next', method: 'GET', path: '/api/teams/[teamId]' }] });
    const root = request(undefined, { attributes: { 'url.path': '/api/teams/7' }, ms: 30 });
    const inner = child(root, {
      kind: 'server',
      scope: 'next.js',
      name: 'GET /api/teams/[teamId]',
      ms: 25,
      attributes: {
        'http.method': 'GET',
        'http.route': '/api/teams/[teamId]',
        'http.status_code': 200,
      },
    });
    core.spans([inner, root], t0);
    core.settle(t0);
    const found = numbers(core, (o) => o.http?.route === '/api/teams/[teamId]', at(0));
    assert.equal(found.total?.count, 1);
    assert.ok(found.total.p50Ms && found.total.p50Ms.high < 28);
    assert.equal(core.services(at(0))[0]?.releases[0]?.running, true);
  });

  it('counts what a guard refused before the body, from the missing handler span', () => {
    const core = newCore();
    const nest = (type: string, callback: string) => ({
      'nestjs.type': type,
      'nestjs.callback': callback,
      ...(type === 'request_context' ? { 'nestjs.controller': 'UsersController' } : {}),
    });
    for (let i = 0; i < 5; i += 1) {
      const outer = request('/users/:id', { code: i < 2 ? 401 : 200 });
      const context = child(outer, {
        name: 'UsersController.findOne',
        attributes: nest('request_context', 'findOne'),
        status: i < 2 ? 'error' : 'unset',
      });
      const handler = child(context, { name: 'findOne', attributes: nest('handler', 'findOne') });
      core.spans(i < 2 ? [outer, context] : [outer, context, handler], t0);
    }
    core.settle(t0);
    const found = numbers(core, () => true, at(0));
    assert.equal(found.total?.count, 5);
    assert.equal(found.refused, 2);
    assert.equal(found.total.errors, 0, 'a 401 is no error, whatever Nest says on inner spans');
    assert.equal(found.total.clientErrors, 2);
    const handler = core.operations().operations.find((o) => o.name === 'findOne');
    assert.equal(handler?.parentOwner, 'UsersController.findOne');
    assert.equal(handler.entry?.http?.route, '/users/:id');
  });
});
