import type { AttributeValue } from '../../domain/trace.ts';

/**
 * Control, format and direction characters, variation selectors, fillers and line separators: they can hide or reorder what
 * stands beside them.
 */
const unseen =
  /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Variation_Selector}|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0/gu;

const escaped = (character: string): string =>
  `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

const cut = (text: string, longest: number): string => {
  if (text.length <= longest) return text;
  // Not through the middle of a surrogate pair.
  const end = /[\ud800-\udbff]/.test(text[longest - 2] ?? '') ? longest - 2 : longest - 1;
  return `${text.slice(0, end)}…`;
};

/** Text of telemetry for one line: cut, with control and direction characters made visible. For `textContent` only. */
export const visibleText = (text: string, longest = 200): string =>
  cut(cut(text, longest * 2).replace(unseen, escaped), longest);

/** The same for text of several lines (stack traces): line breaks and tabs stay. */
export const visibleLines = (text: string, longest = 20_000): string =>
  cut(
    cut(text, longest)
      .replaceAll('\r\n', '\n')
      .replace(unseen, (c) => (c === '\n' || c === '\t' ? c : escaped(c))),
    longest,
  );

/** A value as shown beside its name. */
export const attributeText = (value: AttributeValue, longest = 4_000): string =>
  visibleLines(typeof value === 'string' ? value : JSON.stringify(value), longest);

const trimmed = (value: number, digits: number): string =>
  digits === 0 ? value.toFixed(0) : value.toFixed(digits).replace(/\.?0+$/, '');

/** Nanoseconds with three significant digits in the unit a person would use: `870 ns`, `12.4 µs`, `1.24 s`, `2 min 5 s`. */
export function durationText(nanos: number): string {
  const size = Math.abs(nanos);
  const scaled = (value: number, unit: string): string =>
    `${trimmed(value, Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2)} ${unit}`;
  if (size < 999.5) return `${Math.round(nanos)} ns`;
  if (size < 999.5e3) return scaled(nanos / 1e3, 'µs');
  if (size < 999.5e6) return scaled(nanos / 1e6, 'ms');
  if (size < 59.995e9) return scaled(nanos / 1e9, 's');
  const seconds = Math.round(nanos / 1e9);
  const [minutes, rest] = [Math.trunc(seconds / 60), Math.abs(seconds % 60)];
  if (Math.abs(minutes) < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  const [hours, over] = [Math.trunc(minutes / 60), Math.abs(minutes % 60)];
  return over === 0 ? `${hours} h` : `${hours} h ${over} min`;
}

/** Round steps (1, 2, 5 × 10ⁿ ns; 15, 30 s and so on above) for a time axis, at most `most` of them between from and to. */
export function axisTicks(from: number, to: number, most: number): readonly number[] {
  const span = to - from;
  if (!(span > 0) || most < 1) return [];
  const step = roundStep(span / most);
  const ticks: number[] = [];
  for (let n = Math.ceil(from / step); n * step <= to && ticks.length <= most; n++)
    ticks.push(n * step);
  return ticks;
}

const minute = 60e9;
const longSteps = [
  15e9,
  30e9,
  minute,
  2 * minute,
  5 * minute,
  15 * minute,
  30 * minute,
  60 * minute,
];

function roundStep(least: number): number {
  if (least > 10e9) {
    const long = longSteps.find((step) => step >= least);
    if (long !== undefined) return long;
    const hour = 60 * minute;
    return Math.ceil(least / hour) * hour;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
}
