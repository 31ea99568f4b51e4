import type { AttributeValue } from '../../../domain/trace.ts';
import type { Attributes } from '../model.ts';
import { recordLimits } from './limits.ts';
import type { Tally } from './tally.ts';

/** docs/security.md, "Data at rest". `input_tokens`, `token_count` and the like count things; they are no credentials. */
const credential =
  /authori[sz]ation|cookie|token(?!s|_?count|_?type|ize)|passw(or)?d|passphrase|secret|credential|api[-_.]?key|access[-_.]?key|private[-_.]?key|session[-_.]?(id|key)|bearer|jwt/i;

const known = new Map<string, boolean>();
const rememberedNames = 4_096;

/** True for attribute names that promise a secret as their value. */
export function isCredentialName(name: string): boolean {
  let answer = known.get(name);
  if (answer === undefined) {
    answer = credential.test(name);
    if (known.size >= rememberedNames) known.clear();
    known.set(name, answer);
  }
  return answer;
}

/** Longest text kept of an attribute's value. */
export const valueLimit = (key: string): number =>
  key === 'exception.stacktrace' ? recordLimits.stackLength : recordLimits.valueLength;

/** Cut to `max` UTF-16 units, never through a surrogate pair. */
export function cutText(text: string, max: number, tally: Tally): string {
  if (text.length <= max) return text;
  tally.add('values.cut');
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

/** Collects the attributes of one record within the bounds. */
export class AttributeCollector {
  private readonly values: Record<string, AttributeValue> = {};
  private size = 0;
  private readonly tally: Tally;

  constructor(tally: Tally) {
    this.tally = tally;
  }

  add(key: string, value: AttributeValue | undefined): void {
    if (value === undefined) return;
    if (this.size >= recordLimits.attributes) this.tally.add('attributes.dropped.tooMany');
    // A name like `__proto__` would change the object instead of being stored in it.
    else if (key === '' || key.length > recordLimits.keyLength || key === '__proto__')
      this.tally.add('attributes.dropped.badName');
    else if (isCredentialName(key)) this.tally.add('attributes.dropped.credential');
    else {
      this.values[key] = value;
      this.size++;
    }
  }

  finish(): Attributes {
    return this.values;
  }
}

/** Numbers that JSON can't carry stay readable as text. */
export const numberValue = (value: number): number | string =>
  Number.isFinite(value) ? value : String(value);

/** A key-value list as one line of JSON: nothing downstream looks inside. */
export function textOfKeyValues(
  values: Readonly<Record<string, AttributeValue>>,
  tally: Tally,
): string {
  return cutText(JSON.stringify(values), recordLimits.valueLength, tally);
}
