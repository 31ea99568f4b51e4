import { Document } from 'yaml';
import type { Result } from '../../../domain/result.ts';
import { fail, ok } from '../../../domain/result.ts';
import { allCalls, type Catalogue } from '../look/catalogue.ts';
import type { Found } from '../look/discovery.ts';
import { labelsOf } from '../look/discovery.ts';
import { bucketLabels } from '../bucketRows.ts';
import { byLabel, ofLabel, recordedDelay, recordedStep, recordOf } from './names.ts';
import { growth } from '../slots/growth.ts';
import { quoted, seconds, selector } from '../selector.ts';

/** Rules look back less far than queries do: they run each minute over everything. */
const memory = 10 * 60_000;

/** The growth of one metric's counters in each minute, summed by what Prodlens tells apart. */
interface RecordingRule {
  readonly record: string;
  /** Labels that it is summed by, sorted; those of buckets left out. */
  readonly by: readonly string[];
  readonly expr: string;
}

/** A label value: the labels of `by` in one text. */
export const writtenLabels = (by: readonly string[]): string => by.join(',');

const about = `Recording rules for Prodlens: the growth of calls and durations in each minute, summed over instances.
Prometheus: name this file under rule_files and reload. Mimir: mimirtool rules load. VictoriaMetrics: vmalert -rule.
Prodlens uses them where they have every minute of a stretch, and the metrics themselves elsewhere.
Written anew when a dimension is added: rules that lack one are left alone.`;

/** The file for all that a backend was found to have, each convention once, however many services have it. */
export function renderedRules({ services }: Catalogue): Result<string> {
  const found = [...services.values()].flatMap(allCalls).map((calls) => calls.found);
  if (found.length === 0)
    return fail(
      'notFound',
      'Rules can’t be written: no service has calls in this backend now.',
      'Look whether the services still export their metrics; then try again.',
    );
  const metrics = [...new Set(found.map(({ calls }) => calls))].map((calls) =>
    found.filter((one) => one.calls === calls),
  );
  const alike = metrics.flatMap((all) => (countAlike(all) ? all.slice(-1) : []));
  const others = metrics.flatMap((all) => (countAlike(all) ? [] : all.slice(-1)));
  const without = `A rule can’t be written for ${others.map(({ calls }) => calls).join(', ')}: a label means servers that scrape the same in one service, and something else in another.`;
  if (alike.length === 0)
    return fail(
      'unsupported',
      without,
      'Deduplicate in the backend, or select one server with select in the setting prodlens.environments; then try again.',
    );
  const groups = alike.map(rulesOf);
  return ok(renderRules(groups, others.length === 0 ? about : `${about}\n${without}`));
}

/** One rule is for all services: which labels are of replicas has to be known, and the same for all of them. */
const countAlike = (all: readonly Found[]): boolean =>
  all.every(({ unclear }) => unclear === undefined) &&
  new Set(all.map(({ replicas }) => replicas.toSorted().join())).size === 1;

/** Native histograms have no rule: one series holds all buckets of one, so that there is little to save. */
function rulesOf(found: Found): RuleGroup {
  return {
    name: `prodlens ${found.calls}`,
    rules: [
      ruleOf(found, found.calls, found.callsAre, []),
      ...(found.errors === undefined ? [] : [ruleOf(found, found.errors, 'counter', [])]),
      ...found.durations
        .filter(({ native }) => !native)
        .map(({ metric }) => ruleOf(found, metric, 'counter', bucketLabels)),
    ],
  };
}

function ruleOf(
  found: Found,
  metric: string,
  reading: 'counter' | 'count',
  extra: readonly string[],
): RecordingRule {
  // What the environment selects by stays a label, so that it can be selected by.
  const by = [...new Set([...labelsOf(found), ...found.selected])].sort();
  const presentBy = [found.service, found.namespace].filter((label) => label !== undefined);
  const record = recordOf(metric);
  const grown = growth(metric, [], [...by, ...extra], recordedStep, memory, reading, {
    of: selector(found.calls, []),
    by: presentBy,
    delay: recordedDelay,
    replicas: found.replicas,
  });
  return { record, by, expr: `${grown} or ${markOf(record, found)}` };
}

/** Rules of one convention: evaluated together, so that calls and their durations are of the same minutes. */
interface RuleGroup {
  readonly name: string;
  readonly rules: readonly RecordingRule[];
}

/** A rule file as Prometheus, Mimir's ruler and vmalert read it. `about`: a comment at its beginning, lines of plain text. */
function renderRules(groups: readonly RuleGroup[], about: string): string {
  const document = new Document({
    groups: groups.map(({ name, rules }) => ({
      name,
      interval: '1m',
      rules: rules.map(({ record, by, expr }) => ({
        record,
        labels: { [byLabel]: writtenLabels(by) },
        expr,
      })),
    })),
  });
  document.commentBefore = about.replaceAll(/^/gm, ' ');
  return document.toString({ lineWidth: 0 });
}

/**
 * 1 where the minute has samples of calls. Of the same rule as the growth, so that there is both or neither: a rule that comes after it sees
 * what it wrote only where writing is awaited, which vmalert doesn't do.
 */
function markOf(record: string, { calls }: Found): string {
  const samples = `last_over_time(${selector(calls, [])}[${seconds(recordedStep)}] offset ${seconds(recordedDelay)})`;
  return `label_replace(count(${samples}) > bool 0, ${quoted(ofLabel)}, ${quoted(record)}, "", "")`;
}
