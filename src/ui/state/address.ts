/** The selection as the part of the address behind `#`, and back. What an address says is only ever looked up. */

export interface Address {
  readonly sector: number | null;
  readonly count: number | null;
  /** Path of the file whose bytes are shown; null = the disk's. */
  readonly file: string | null;
  readonly offset: number | null;
  readonly length: number | null;
  /** Path of the file that the disk is seen from. */
  readonly from: string | null;
  readonly screen: string | null;
  /** Page of a screen that has several: an experiment, a lesson; and how it is set. */
  readonly at: string | null;
  readonly set: string | null;
  /** Scenario of the lab that a link carries; it is read, never written here. */
  readonly lab: string | null;
}

export const NOWHERE: Address = {
  sector: null,
  count: null,
  file: null,
  offset: null,
  length: null,
  from: null,
  screen: null,
  at: null,
  set: null,
  lab: null,
};

export function formatAddress(address: Address): string {
  const parts = new URLSearchParams();
  if (address.screen !== null) parts.set('screen', address.screen);
  if (address.at !== null) parts.set('at', address.at);
  if (address.set !== null) parts.set('set', address.set);
  if (address.sector !== null) parts.set('sector', String(address.sector));
  if (address.count !== null && address.count !== 1) parts.set('count', String(address.count));
  if (address.from !== null) parts.set('from', address.from);
  if (address.file !== null) parts.set('file', address.file);
  if (address.offset !== null) parts.set('offset', `0x${address.offset.toString(16).toUpperCase()}`);
  if (address.length) parts.set('length', String(address.length));
  return parts.size > 0 ? `#${parts}` : '#';
}

export function parseAddress(hash: string): Address {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const number = (key: string) => {
    const text = parts.get(key);
    if (text === null || !/^(0x[0-9a-f]+|\d+)$/i.test(text)) return null;
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : null;
  };
  return {
    sector: number('sector'),
    count: number('count'),
    file: parts.get('file'),
    offset: number('offset'),
    length: number('length'),
    from: parts.get('from'),
    screen: parts.get('screen'),
    at: parts.get('at'),
    set: parts.get('set'),
    lab: parts.get('lab'),
  };
}
