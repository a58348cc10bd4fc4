/** A scenario as part of an address: `lab=` and its text, compressed, in the 64 characters that every address takes. */
import { deflateSync, Inflate } from 'fflate';
import { DiskError } from '../../base/errors.ts';
import { grouped } from '../../base/units.ts';
import { MOST_SCENARIO_BYTES, parseScenario } from './parseScenario.ts';
import type { Scenario } from './scenario.ts';
import { compactText } from './scenarioText.ts';

const MEMBER = 'lab=';
/** No browser takes a longer address. */
const LONGEST_LINK = 2_000_000;
/** Characters take up to three bytes in UTF-8. */
const MOST_INFLATED_BYTES = 3 * MOST_SCENARIO_BYTES;
/** What one of these inflates to is all that can be held beyond the limit: about 1 MiB. */
const PIECE_BYTES = 1024;
const CHARACTERS = /^[\w-]*$/;

/** Throws 'limit' where the scenario is too long to be read back. */
export function scenarioLink(scenario: Scenario): string {
  const packed = deflateSync(new TextEncoder().encode(compactText(scenario)), { level: 9 });
  let binary = '';
  for (const byte of packed) binary += String.fromCharCode(byte);
  return MEMBER + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Of an address, of what stands in it behind `#`, or of the link alone. Throws 'bad-request' where it is damaged. */
export function scenarioOfLink(link: string): Scenario {
  if (link.length > LONGEST_LINK)
    throw damaged(`it has ${grouped(link.length)} characters, expected at most ${grouped(LONGEST_LINK)}`);
  const [, packed = null] = /(?:^|[#?&])lab=([^&#]*)/.exec(link) ?? [];
  if (packed === null) throw damaged(`it has no “${MEMBER}”`);
  return parseScenario(textOf(inflated(bytesOf(packed))), 'The scenario of the link');
}

function bytesOf(packed: string): Uint8Array {
  // Programs for mail and chat put line ends and the like into long addresses: better refused than read wrong.
  if (!CHARACTERS.test(packed)) throw damaged('it has characters that no link has');
  if (packed.length % 4 === 1) throw damaged('it is cut short');
  const binary = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

function inflated(packed: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  const inflate = new Inflate((piece, final) => {
    pieces.push(piece);
    length += piece.length;
    isWhole ||= final;
  });
  for (let at = 0; at < packed.length && !isWhole; at += PIECE_BYTES) {
    pushPiece(inflate, packed.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= packed.length);
    if (length > MOST_INFLATED_BYTES)
      throw damaged(`it unpacks to more than ${grouped(MOST_INFLATED_BYTES)} bytes`);
  }
  if (!isWhole) throw damaged('it is cut short');
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Whatever the library throws, it throws because of the bytes. */
function pushPiece(inflate: Inflate, piece: Uint8Array, isLast: boolean): void {
  try {
    inflate.push(piece, isLast);
  } catch (error) {
    throw damaged('it cannot be unpacked', error);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw damaged('it unpacks to something that is no text', error);
  }
}

function damaged(found: string, cause?: unknown): DiskError {
  return new DiskError(
    {
      code: 'bad-request',
      message: `The link holds no scenario: ${found}.`,
      meaning: 'The lab was not changed.',
      remedy: 'Copy the link again, whole, or ask for the scenario as a file.',
    },
    { cause },
  );
}
