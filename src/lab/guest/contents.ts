/** What the guest's programs write: text, tables, records, compressed pictures; from a seed, and different each time. */
import { Prng } from '../../base/prng.ts';
import { KIB } from '../../base/units.ts';
import { encoded, minutes, report } from '../sampleTexts.ts';

const PAPER_BYTES = 64 * KIB;
const PAPER_DATE = new Date(Date.UTC(2026, 1, 27));

/** A long text to take pieces from; the same for a seed, so that a saved guest need not keep it. */
export function paperOf(seed: number): Uint8Array {
  const random = new Prng(seed ^ 0x7061_7065);
  const paper = new Uint8Array(PAPER_BYTES);
  for (let at = 0; at < PAPER_BYTES; ) {
    const text =
      random.below(3) === 0 ? report(random, '2026-Q1') : minutes(random, PAPER_DATE, 'Deliveries');
    const part = text.subarray(0, PAPER_BYTES - at);
    paper.set(part, at);
    at += part.length;
  }
  return paper;
}

export function textBytes(paper: Uint8Array, random: Prng, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  for (let at = 0; at < lengthBytes; ) {
    const from = random.below(paper.length - 512);
    const part = paper.subarray(from, from + Math.min(lengthBytes - at, paper.length - from));
    bytes.set(part, at);
    at += part.length;
  }
  // No two texts are the same, so that an old sector is never taken for a new one.
  bytes.set(encoded(`[${random.next().toString(16).padStart(8, '0')}]`).subarray(0, lengthBytes));
  return bytes;
}

/** As compressed data looks. */
export function noiseBytes(random: Prng, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  random.fillWords(bytes);
  return bytes;
}

/** As programs look: half of its pages dense, some words that come back, some zeros. */
export function programBytes(random: Prng, lengthBytes: number): Uint8Array {
  const bytes = noiseBytes(random, lengthBytes);
  for (let at = 0; at < lengthBytes; at += 4 * KIB) {
    if (random.below(2) === 0) continue;
    const page = bytes.subarray(at, at + 4 * KIB);
    for (let i = 0; i < page.length; i++) if (i % 8 > 3) page[i] = (i >>> 6) & 0x1f;
    if (random.below(3) === 0) page.fill(0, page.length >>> 1);
  }
  return bytes;
}

/** By the ending of its name: pictures and archives are dense, tables and notes are text, documents are both. */
export function fileBytes(paper: Uint8Array, random: Prng, name: string, lengthBytes: number): Uint8Array {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  if (ending === 'JPG' || ending === 'ZIP') return noiseBytes(random, lengthBytes);
  if (ending === 'OBJ' || ending === 'EXE' || ending === 'DLL') return programBytes(random, lengthBytes);
  const bytes = textBytes(paper, random, lengthBytes);
  if (ending === 'PDF' || ending === 'DOC') {
    bytes.set(noiseBytes(random, lengthBytes >>> 1), lengthBytes - (lengthBytes >>> 1));
  }
  return bytes;
}
