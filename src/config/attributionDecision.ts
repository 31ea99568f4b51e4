import { applyEdits, modify, parse, type FormattingOptions } from 'jsonc-parser';
import type { Operation } from '../domain/operation.ts';
import type { AttributionOverride } from '../domain/workspace.ts';

const fields = ['service', 'span', 'method', 'route', 'rpc', 'in'] as const;

/** What prodlens.json must say so that this telemetry, and no other, belongs to a function (null: to none). */
export function decisionFor(operation: Operation, owner: string | null): AttributionOverride {
  const { service, http, rpc, name, entry } = operation;
  if (rpc !== undefined) return { service, rpc: rpc.method, function: owner };
  if (http?.route !== undefined && entry === undefined)
    return {
      service,
      ...(http.method === undefined ? {} : { method: http.method }),
      route: http.route,
      function: owner,
    };
  return {
    service,
    span: name,
    ...(entry === undefined ? {} : { in: entry.name }),
    function: owner,
  };
}

/**
 * Puts a decision into the text of prodlens.json, in the place of an earlier one about the same telemetry. Comments and layout stay.
 *
 * @param text of the file; "" where there is none yet
 */
export function withDecision(text: string, decision: AttributionOverride): string {
  const whole = text.trim() === '' ? '{}' : text;
  const known = (parse(whole) as { attributions?: unknown } | undefined)?.attributions;
  const list: readonly unknown[] = Array.isArray(known) ? known : [];
  const at = list.findIndex((entry) => isAbout(entry, decision));
  const place = ['attributions', at < 0 ? list.length : at];
  const formattingOptions: FormattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
  const ordered = Object.fromEntries(
    [...fields, 'function' as const].flatMap((key) =>
      decision[key] === undefined ? [] : [[key, decision[key]]],
    ),
  );
  const edited = applyEdits(whole, modify(whole, place, ordered, { formattingOptions }));
  return edited.endsWith('\n') ? edited : `${edited}\n`;
}

const isAbout = (entry: unknown, decision: AttributionOverride): boolean =>
  typeof entry === 'object' &&
  entry !== null &&
  fields.every((key) => (entry as Record<string, unknown>)[key] === decision[key]);
