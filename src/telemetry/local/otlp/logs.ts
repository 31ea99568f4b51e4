/** Logs are accepted and counted; nothing is kept of them yet but how many carried an exception. */
export interface LogBatch {
  readonly records: number;
  readonly exceptions: number;
}
