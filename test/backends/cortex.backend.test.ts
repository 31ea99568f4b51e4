import assert from 'node:assert/strict';
import { parse, stringify } from 'yaml';
import { ok } from '../../src/domain/result.ts';
import { probe } from '../../src/telemetry/registry.ts';
import { askOnlyOperation, recordedSource } from './onlyOperation.ts';
import { assertRulesInUse, liveShop } from './rulesInUse.ts';
import { urlFrom } from './traceBackend.ts';
import { growthOf, write } from './writtenHistory.ts';

const url = urlFrom('PRODLENS_TEST_PROMETHEUS');
const { origin } = new URL(url);
/** Of these tests alone. */
const tenant = { 'X-Scope-OrgID': 'team-rules' };

const probeAs = (address: string, headers: Readonly<Record<string, string>>) =>
  probe(address, { headers: () => Promise.resolve(ok(headers)) }, new AbortController().signal);

describe('a real Cortex', function () {
  this.timeout(360_000);
  const series = liveShop();
  let rules: string;

  before(() => write(`${origin}/api/v1/push`, tenant, series));

  it('asks for a tenant, and the failure names the header', async () => {
    for (const address of [origin, url]) {
      const found = await probeAs(address, {});
      assert.ok(!found.ok);
      assert.equal(found.failure.reason, 'refused');
      assert.match(found.failure.message, /which tenant is asked for/);
      assert.match(found.failure.remedy ?? '', /X-Scope-OrgID/);
    }
  });

  it('is found below its base path with a tenant, and has nothing of another’s', async () => {
    const found = await probeAs(origin, tenant);
    assert.ok(found.ok, JSON.stringify(found));
    assert.deepEqual(
      found.value.map(({ kind, url: at, version }) => [kind, at, version]),
      [['prometheus', url, '1.21.1']],
    );
    const { source } = recordedSource(url, { 'X-Scope-OrgID': 'team-other' });
    const answer = await source.services();
    source.dispose();
    assert.ok(!answer.ok);
    assert.match(answer.failure.message, /none of the metrics/);
  });

  it('has each call and error of what was written', async () => {
    const { source, numbers } = await askOnlyOperation(url, tenant);
    const { from } = numbers.window;
    // The traffic goes on: what is newer than the last whole slot isn't among the numbers.
    const to = Math.floor(numbers.window.to / 60_000) * 60_000;
    const isCalls = ({ __name__: name }: Readonly<Record<string, string>>): boolean =>
      name === 'traces_span_metrics_calls_total';
    const failed = 'STATUS_CODE_ERROR';
    assert.ok((numbers.total?.errors ?? 0) > 0);
    assert.equal(numbers.total?.count, growthOf(series, from, to, isCalls));
    assert.equal(
      numbers.total.errors,
      growthOf(series, from, to, (one) => isCalls(one) && one['status_code'] === failed),
    );
    const written = await source.recordingRules(new AbortController().signal);
    source.dispose();
    assert.ok(written.ok, JSON.stringify(written));
    rules = written.value;
  });

  it('takes the recording rules by its ruler’s interface, evaluates them, and they are read in place of the metrics', async () => {
    const { groups } = parse(rules) as { readonly groups: readonly { readonly name: string }[] };
    const ruler = `${origin}/api/v1/rules`;
    for (const group of groups) {
      const answer = await fetch(`${ruler}/prodlens`, {
        method: 'POST',
        headers: { ...tenant, 'content-type': 'application/yaml' },
        body: stringify(group),
      });
      assert.equal(answer.status, 202, await answer.text());
    }
    const kept = parse(await (await fetch(ruler, { headers: tenant })).text()) as unknown;
    assert.deepEqual(kept, { prodlens: groups });
    await assertRulesInUse(url, tenant);
  });
});
