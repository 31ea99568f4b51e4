declare const unit: unique symbol;

/** A value that carries its unit in its type, so that milliseconds never meet seconds unseen. */
export type Branded<T, B extends string> = T & { readonly [unit]: B };

export type Milliseconds = Branded<number, 'ms'>;
/** Moment in milliseconds since 1970-01-01 UTC. */
export type UnixMillis = Branded<number, 'unix-ms'>;
/** 0–1. */
export type Ratio = Branded<number, 'ratio'>;
export type PerSecond = Branded<number, '1/s'>;

export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
export const unixMillis = (value: number): UnixMillis => value as UnixMillis;
export const ratio = (value: number): Ratio => value as Ratio;
export const perSecond = (value: number): PerSecond => value as PerSecond;

/** Half-open interval [from, to). */
export interface TimeRange {
  readonly from: UnixMillis;
  readonly to: UnixMillis;
}

/** The windows a person can choose (setting `prodlens.window`). */
export const windowNames = ['5m', '15m', '1h', '6h', '24h'] as const;
export type WindowName = (typeof windowNames)[number];

const windowMinutes: Readonly<Record<WindowName, number>> = {
  '5m': 5,
  '15m': 15,
  '1h': 60,
  '6h': 360,
  '24h': 1440,
};

export const windowLength = (name: WindowName): Milliseconds =>
  milliseconds(windowMinutes[name] * 60_000);
