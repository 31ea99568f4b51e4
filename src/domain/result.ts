/** Why something did not work, as a closed set: code branches on it, never on message text. */
export type FailureReason =
  | 'aborted'
  | 'timeout'
  | 'unreachable'
  | 'refused'
  | 'portTaken'
  | 'notFound'
  | 'invalid'
  | 'tooLarge'
  | 'unsupported'
  | 'untrusted'
  | 'busy'
  | 'stateMoved'
  | 'crashed'
  | 'internal';

/** A failure as data. `message` says what happened, `remedy` what a person can do about it; both are free of secrets. */
export interface Failure {
  readonly reason: FailureReason;
  readonly message: string;
  readonly remedy?: string;
  /** What a person may give so that it works, where that is known and it isn’t what signs in. */
  readonly needs?: 'authority' | 'clientCertificate' | 'passphrase';
}

export type Result<T, F = Failure> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: F };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });

export const fail = (
  reason: FailureReason,
  message: string,
  remedy?: string,
): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure: remedy === undefined ? { reason, message } : { reason, message, remedy },
});

/** What happened, and what to do about it. */
export const sentence = ({ message, remedy }: Failure): string =>
  remedy === undefined ? message : `${message} ${remedy}`;
