/** Names of checkpoints: what Hyper-V calls one that nobody named, and which names it takes. */
import { LONGEST_NAME } from './machine/machine.ts';
import { type Refusal, refuse } from './rules/refusal.ts';

/** `LAB-WEB01 (03/02/2026 - 02:21:40 PM)`; a machine's name that is too long for it is cut. The date in UTC. */
export function defaultName(vmName: string, date: Date): string {
  const when = ` (${twelveHours(date)})`;
  return `${cut(vmName, LONGEST_NAME - when.length)}${when}`;
}

/** null: it can be used. Characters are counted as Windows counts them, in UTF-16 units. */
export function checkName(name: string): Refusal | null {
  if (name.length === 0) return refuse('name-length', 'A checkpoint needs a name; this one is empty.');
  if (name.length <= LONGEST_NAME) return null;
  return refuse(
    'name-length',
    `The name has ${name.length} characters; a checkpoint’s has ${LONGEST_NAME} at most.`,
  );
}

/** `03/02/2026 - 02:21:40 PM`. */
function twelveHours(date: Date): string {
  const hour = date.getUTCHours();
  const day = [two(date.getUTCMonth() + 1), two(date.getUTCDate()), date.getUTCFullYear()].join('/');
  const time = [two(hour % 12 === 0 ? 12 : hour % 12), two(date.getUTCMinutes()), two(date.getUTCSeconds())];
  return `${day} - ${time.join(':')} ${hour < 12 ? 'AM' : 'PM'}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Never through the middle of a character that takes two units. */
function cut(text: string, length: number): string {
  const short = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(short) && short.length < text.length ? short.slice(0, -1) : short;
}
