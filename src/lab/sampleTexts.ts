/** What the sample's users wrote: readable text, so that a search finds something, and the same for every seed. */
import type { Prng } from '../base/prng.ts';

const PEOPLE = ['Anna', 'Bruno', 'Chiara', 'David', 'Elif', 'Farid', 'Grete', 'Hugo'] as const;
const GOODS = [
  'bearings',
  'copper wire',
  'ball valves',
  'hinges',
  'gaskets',
  'brass fittings',
  'pump seals',
] as const;
const TOWNS = ['Basel', 'Graz', 'Turin', 'Lyon', 'Ghent', 'Gdansk', 'Porto', 'Malmo'] as const;
const CLOSINGS = [
  'Nothing else was raised.',
  'The rest waits for the next meeting.',
  'Everybody agreed.',
  'To be settled by mail.',
] as const;
const PROGRAMS = ['backup', 'dhcp', 'print', 'share', 'update', 'time'] as const;

const CRLF = '\r\n';

function pick<T>(random: Prng, items: readonly [T, ...T[]] | readonly T[]): T {
  return items[random.below(items.length)] as T;
}

/** The texts are ASCII: one byte a character on the disk. */
export function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function putAscii(bytes: Uint8Array, offset: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** Minutes of a meeting, one to three KiB. */
export function minutes(random: Prng, date: Date, topic: string): Uint8Array {
  const lines = [
    `Minutes, ${day(date)}`,
    `Subject: ${topic}`,
    `Present: ${PEOPLE.slice(0, 3 + random.below(5)).join(', ')}`,
    '',
  ];
  for (let point = 1; point <= 8 + random.below(10); point++) {
    const [who, whom] = [pick(random, PEOPLE), pick(random, PEOPLE)];
    lines.push(`${point}. ${who} reports on the ${pick(random, GOODS)} for ${pick(random, TOWNS)}.`);
    lines.push(`   ${20 + random.below(900)} boxes are in stock, ${random.below(90)} are on their way.`);
    lines.push(`   ${whom} asks for an invoice by the end of the month. ${pick(random, CLOSINGS)}`, '');
  }
  return encoded(lines.join(CRLF) + CRLF);
}

/** A quarter's figures as a table. */
export function report(random: Prng, quarter: string): Uint8Array {
  const lines = [
    `Quarterly report ${quarter}`,
    '='.repeat(46),
    '',
    'town          goods            boxes      EUR',
    '-'.repeat(46),
  ];
  for (const town of TOWNS) {
    for (const goods of GOODS) {
      const boxes = random.below(4000);
      lines.push(
        `${town.padEnd(14)}${goods.padEnd(15)}${String(boxes).padStart(7)}${String(boxes * 12).padStart(9)}`,
      );
    }
  }
  return encoded(
    [...lines, '', 'Checked against the order book. Open invoices are on page two.', ''].join(CRLF),
  );
}

/** Lines of the server's log, about `lengthBytes` long. */
export function logLines(random: Prng, from: Date, lengthBytes: number): Uint8Array {
  let text = '';
  let atMs = from.getTime();
  while (text.length < lengthBytes) {
    atMs += 1000 + random.below(240_000);
    const level = random.below(12) === 0 ? 'WARN ' : 'INFO ';
    const what = `job ${1000 + random.below(9000)} finished in ${random.below(4000)} ms`;
    text += `${new Date(atMs).toISOString()} ${level} SRV-FILE01 ${pick(random, PROGRAMS)}: ${what}${CRLF}`;
  }
  return encoded(text);
}

/** A page of 4 KiB of a database: a header, records of fixed width, the rest zeros. */
export function databasePage(random: Prng, page: number, changed: Date): Uint8Array {
  const bytes = new Uint8Array(4096);
  const records = 12 + random.below(40);
  putAscii(
    bytes,
    0,
    `PAGE ${String(page).padStart(8, '0')} ${day(changed)} records ${String(records).padStart(3)}  `,
  );
  for (let record = 0; record < records; record++) {
    const order = `order ${100_000 + random.below(900_000)} ${pick(random, TOWNS).padEnd(8)}${pick(random, GOODS).padEnd(15)}`;
    const boxes = `${String(1 + random.below(500)).padStart(5)} boxes   `;
    putAscii(bytes, 64 + record * 64, order.padEnd(40).slice(0, 40) + boxes);
  }
  return bytes;
}

export function randomBytes(random: Prng, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  random.fill(bytes);
  return bytes;
}
