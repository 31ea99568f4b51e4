/** `--smoke`: run everything once, small, and judge nothing. */
export const smoke = process.argv.includes('--smoke');

/** One row of the table: `value` must not exceed `budget`. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly budget: number;
  /** What value and budget count, for example `× decoding alone`. */
  readonly unit: string;
  /** How it was measured, with the floor of the same run. */
  readonly detail: string;
}

/** Prints a row for `npm run bench` to gather. */
export function report(row: BenchRow): void {
  console.log(`BENCH ${JSON.stringify(row)}`);
}

report.skipped = (name: string, reason: string): void => {
  console.log(`BENCH-SKIPPED ${JSON.stringify({ name, reason })}`);
};
