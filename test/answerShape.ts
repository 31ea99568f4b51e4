/** An answer of a backend, as a recording keeps it. */
export interface ShapedAnswer {
  readonly status: number;
  readonly contentType: string;
  /** What its JSON says, or its text where it is none. */
  readonly body: unknown;
}

/**
 * Paths and types of an answer's body: `data.result[].value[1]: string`. Items of a list are one, but for tuples of several types, as
 * Prometheus' samples are.
 */
export function shapeOf(body: unknown): ReadonlySet<string> {
  const shape = new Set<string>();
  add(body, '', shape);
  return shape;
}

function add(value: unknown, path: string, shape: Set<string>): void {
  if (!Array.isArray(value)) {
    shape.add(`${path}: ${value === null ? 'null' : typeof value}`);
    if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) add(item, `${path}.${key}`, shape);
    return;
  }
  shape.add(`${path}: list`);
  const isTuple = new Set(value.map((item) => typeof item)).size > 1;
  for (const [i, item] of value.entries()) add(item, `${path}[${isTuple ? i : ''}]`, shape);
}

/**
 * What a recorded answer says otherwise than the real server does, values aside; none: they are alike.
 *
 * @param emptyLists what is in a list isn't compared where the other one is empty: the questions were of other data
 */
export function differences(
  recorded: ShapedAnswer,
  real: ShapedAnswer,
  { emptyLists = false } = {},
): readonly string[] {
  const found: string[] = [];
  if (recorded.status !== real.status)
    found.push(`status: recorded ${recorded.status}, now ${real.status}`);
  if (recorded.contentType !== real.contentType)
    found.push(`content type: recorded ${recorded.contentType}, now ${real.contentType}`);
  const [before, now] = [shapeOf(recorded.body), shapeOf(real.body)];
  const skipped = emptyLists ? [...emptyIn(before, now), ...emptyIn(now, before)] : [];
  const compared = (line: string): boolean => !skipped.some((list) => line.startsWith(list));
  for (const line of before) if (!now.has(line) && compared(line)) found.push(`gone ${line}`);
  for (const line of now) if (!before.has(line) && compared(line)) found.push(`new ${line}`);
  return found;
}

/** Beginnings of the paths in lists that are empty in one shape and not in the other. */
function emptyIn(shape: ReadonlySet<string>, other: ReadonlySet<string>): readonly string[] {
  const beginnings = [...shape].flatMap((line) =>
    line.endsWith(': list') ? [`${line.slice(0, -': list'.length)}[`] : [],
  );
  const has = (lines: ReadonlySet<string>, beginning: string): boolean =>
    [...lines].some((line) => line.startsWith(beginning));
  return beginnings.filter((one) => !has(shape, one) && has(other, one));
}
