import type { Quantile } from '../../domain/stats.ts';
import type { WindowName } from '../../domain/units.ts';

const plain = (value: number, digits: number): string =>
  digits === 0 ? String(Math.round(value)) : String(Number(value.toFixed(digits)));

/** A number and its unit, apart, so that `212→690 ms` can share one unit. */
function durationParts(ms: number): readonly [string, string] {
  if (ms > 0 && ms < 0.1) return ['< 0.1', 'ms'];
  if (ms < 9.95) return [plain(ms, 1), 'ms'];
  if (ms < 999.5) return [plain(ms, 0), 'ms'];
  if (ms < 9_950) return [plain(ms / 1e3, 1), 's'];
  if (ms < 119_500) return [plain(ms / 1e3, 0), 's'];
  return [plain(ms / 60e3, ms < 600e3 ? 1 : 0), 'min'];
}

/** `212 ms`, `1.2 s`, `2.5 min`. */
export const renderDuration = (ms: number): string => durationParts(ms).join(' ');

/** `212→690 ms`, or `800 ms→1.2 s` where the units differ. */
export function renderDurationChange(from: number, to: number): string {
  const [a, b] = [durationParts(from), durationParts(to)];
  return a[1] === b[1] ? `${a[0]}→${b[0]} ${b[1]}` : `${a.join(' ')}→${b.join(' ')}`;
}

/** `~` where its bucket is wider than 25 % of it, `≥` where it lies in the last, open bucket. '' for none. */
export function renderQuantile(quantile: Quantile | undefined): string {
  if (quantile === undefined || !Number.isFinite(quantile.low)) return '';
  if (quantile.beyond === true || !Number.isFinite(quantile.value))
    return `≥ ${renderDuration(quantile.low)}`;
  const wide = quantile.high - quantile.low > 0.25 * quantile.value;
  return `${wide ? '~' : ''}${renderDuration(quantile.value)}`;
}

/** `0.4 %`; a share that isn't nothing never reads `0 %`, one that isn't all never `100 %`. */
export const renderRatio = (ratio: number): string => `${percentNumber(ratio)} %`;

/** `0.4→6.1 %`. */
export const renderRatioChange = (from: number, to: number): string =>
  `${percentNumber(from)}→${percentNumber(to)} %`;

function percentNumber(ratio: number): string {
  const percent = ratio * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1';
  if (percent < 100 && percent >= 99.95) return '> 99.9';
  return plain(percent, percent < 10 || percent > 99 ? 1 : 0);
}

/** `38/s`, `4.2/s`, `3/min`, `12/h`: the largest unit of time in which the number says something. */
export function renderRate(perSecond: number): string {
  if (!(perSecond > 0)) return '0/s';
  if (perSecond >= 9_950) return `${plain(perSecond / 1e3, 0)}k/s`;
  if (perSecond >= 999.5) return `${plain(perSecond / 1e3, 1)}k/s`;
  if (perSecond >= 0.995) return `${plain(perSecond, perSecond < 9.95 ? 1 : 0)}/s`;
  const perMinute = perSecond * 60;
  if (perMinute >= 0.995) return `${plain(perMinute, perMinute < 9.95 ? 1 : 0)}/min`;
  const perHour = perMinute * 60;
  return perHour < 0.95 ? '< 1/h' : `${plain(perHour, 0)}/h`;
}

/** `950`, `12.3k`, `4.1M`. */
export function renderCount(count: number): string {
  if (count < 10_000) return String(Math.round(count));
  return count < 999_500
    ? `${plain(count / 1e3, count < 99_950 ? 1 : 0)}k`
    : `${plain(count / 1e6, 1)}M`;
}

/** `40 s`, `7 min`, `3 h`, `2 d`: how long, coarsely. */
export function renderAge(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1e3));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** hh:mm on the clock of this machine. */
export function renderTime(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `14:05`, or `3 d ago` where the hour alone would name the wrong day. */
export const renderMoment = (at: number, now: number): string =>
  now - at < 20 * 3_600_000 ? renderTime(at) : `${renderAge(now - at)} ago`;

/** `since 14:05`, or `for 3 d` where the hour alone would name the wrong day. */
export const renderSince = (at: number, now: number): string =>
  now - at < 20 * 3_600_000 ? `since ${renderTime(at)}` : `for ${renderAge(now - at)}`;

/** `5 min`, `1 h`. */
export const renderWindow = (window: WindowName): string =>
  window.replace(/m$/, ' min').replace(/h$/, ' h');
