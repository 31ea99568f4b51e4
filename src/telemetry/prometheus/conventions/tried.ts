import type { ConnectionProblem } from '../../backend.ts';
import type { CustomConvention } from './custom.ts';

/** Names that a problem lists, so that the right one can be found. */
const mostListed = 12;

/** What of a person's own convention the backend doesn't have: its metrics. */
export function missingMetrics(
  { written, path }: CustomConvention,
  names: ReadonlySet<string>,
): readonly ConnectionProblem[] {
  const { calls, errors, durations } = written.names;
  const native = durations !== undefined && names.has(durations);
  const wanted: readonly (readonly [part: string, name: string | undefined, there?: boolean])[] = [
    [written.callsAt, calls, written.callsAt === 'durations' && native],
    ['errors', errors],
    ...(durations === undefined || written.callsAt === 'durations'
      ? []
      : [['durations', `${durations}_bucket`, native] as const]),
  ];
  return wanted.flatMap(([part, name, there = false]) => {
    if (name === undefined || there || names.has(name)) return [];
    const alike = alikeOf(name, names);
    const problem = {
      path: [...path, part],
      message: `The backend has no metric ${name} of the last hour.`,
      remedy:
        alike.length === 0
          ? 'Correct the name, or look whether the services still export it.'
          : `Did you mean ${alike.join(' or ')}?`,
    };
    return [problem];
  });
}

/** What of it the metric doesn't have: its labels. */
export function missingLabels(
  { written, path, service }: CustomConvention,
  metric: string,
  labels: ReadonlySet<string>,
): readonly ConnectionProblem[] {
  const remedy = `It has: ${listed([...labels].filter((label) => !['__name__', 'le'].includes(label)))}.`;
  const missing = Object.entries(written.labels)
    .filter(([, label]) => !labels.has(label))
    .map(([role, label]) => ({
      path: [...path, 'labels', role],
      message: `${metric} has no label ${label}.`,
      remedy,
    }));
  const nowhere =
    written.labels.service === undefined && !service.some((label) => labels.has(label))
      ? [
          {
            path: [...path, 'labels'],
            message: `${metric} has no label of the service that is known: name it as “service”.`,
            remedy,
          },
        ]
      : [];
  const failed =
    written.failed === undefined || labels.has(written.failed)
      ? []
      : [
          {
            path: [...path, 'failed', 'label'],
            message: `${metric} has no label ${written.failed}: until it has, no call counts as failed.`,
            remedy,
          },
        ];
  return [...missing, ...nowhere, ...failed];
}

/** Suffixes that exporters add to a name, or that people leave out. */
const suffixes = ['_total', '_count', '_bucket', '_seconds', '_milliseconds'];

export const spellings = (name: string): readonly string[] => {
  const bare = name.replace(/(?:_total|_count|_bucket|_sum)$/, '');
  return [...new Set([name, bare, ...suffixes.map((suffix) => bare + suffix)])];
};

const alikeOf = (name: string, names: ReadonlySet<string>): readonly string[] =>
  spellings(name).filter((other) => other !== name && names.has(other));

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'none'
    : `${names.toSorted().slice(0, mostListed).join(', ')}${names.length > mostListed ? ', …' : ''}`;
