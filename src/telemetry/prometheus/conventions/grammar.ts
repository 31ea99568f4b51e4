import { parser } from '@prometheus-io/lezer-promql';
import { equals, selector } from '../selector.ts';

/**
 * Whether a selector of series, as queries are built with it, is one for PromQL itself: nothing else, and nothing more than one.
 * https://github.com/prometheus/prometheus/tree/main/web/ui/module/lezer-promql
 */
function isSelector(text: string): boolean {
  const errors: number[] = [];
  const selectors: string[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) errors.push(from);
      if (type.name === 'VectorSelector') selectors.push(text.slice(from, to));
    },
  });
  return errors.length === 0 && selectors.length === 1 && selectors[0] === text;
}

/** Whether PromQL takes a name as that of a metric. */
export const parsesAsMetric = (name: string): boolean => isSelector(selector(name, []));

/** Whether PromQL takes a name as that of a label. */
export const parsesAsLabel = (name: string): boolean =>
  isSelector(selector('metric', [equals(name, 'value')]));
