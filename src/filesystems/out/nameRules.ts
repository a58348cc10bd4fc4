/**
 * What names a target can hold, and what becomes of the others. As 7-Zip and the browsers' downloads do it, each character
 * that cannot stay becomes `_`: plainly not the original, where a full-width look-alike would pass for it.
 */
import { UNPRINTABLE } from '../../base/printable.ts';

export interface NameRules {
  /** Each match becomes `_`. Global. */
  readonly forbidden: RegExp;
  /** Stretches of which each character becomes `_`, looked for when the rest is replaced. Global. */
  readonly ends: RegExp;
  /** Names of devices: `_` stands before them. */
  readonly devices: RegExp | null;
  /** Endings that something acts on when it sees them: `_` stands behind them. */
  readonly refusedEndings: RegExp | null;
  /** Names that differ only in case, in how letters are composed, or in characters without width are one. */
  readonly foldsCase: boolean;
  /** A long name has a second, short one (`LONGNA~1`), which must not meet another file's own. */
  readonly hasShortNames: boolean;
}

/** Of every rule, in UTF-16 units and in UTF-8 bytes: what NTFS, APFS and ext4 hold. */
export const LONGEST_NAME = 255;

const REPLACED = '_';
/** A lone surrogate is in UNPRINTABLE: written as UTF-8, all of them would become one character. */
const ANYWHERE = UNPRINTABLE.source;

/** Linux and others of its kind: what the system cannot hold, and what a terminal would act on. */
export const POSIX_NAMES: NameRules = {
  forbidden: new RegExp(`[/]|${ANYWHERE}`, 'gu'),
  ends: /^\.{1,2}$/g,
  devices: null,
  refusedEndings: null,
  foldsCase: false,
  hasShortNames: false,
};

export const MACOS_NAMES: NameRules = { ...POSIX_NAMES, foldsCase: true };

/** What every system holds: for folders that a browser gives, ZIPs, and Windows. */
export const WINDOWS_NAMES: NameRules = {
  forbidden: new RegExp(`[<>:"/\\\\|?*]|${ANYWHERE}`, 'gu'),
  ends: /[. ]+$/g,
  devices: /^(con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i,
  refusedEndings: null,
  foldsCase: true,
  hasShortNames: true,
};

/** What a browser may refuse besides (Chromium: `IsSafePathComponent`): tried only where it did. */
export const TIMID_NAMES: NameRules = {
  ...WINDOWS_NAMES,
  forbidden: new RegExp(`[<>:"/\\\\|?*~%]|\\p{Cf}|\\p{Noncharacter_Code_Point}|${ANYWHERE}`, 'gu'),
  ends: /^[\p{White_Space}]+|(?<=^\.)[\p{White_Space}.]+|[\p{White_Space}.]+$/gu,
  refusedEndings: /\.(lnk|scf|url|local|\{.*\})$/i,
};

/** The name that the rules can hold; the same where they hold it as it is. Never empty, never with a separator. */
export function heldName(name: string, rules: NameRules, isFolder: boolean): string {
  let held = name.replace(rules.forbidden, REPLACED) || REPLACED;
  if (rules.devices?.test(held)) held = REPLACED + held;
  held = fixedEnds(held, rules);
  if (rules.refusedEndings?.test(held)) held += REPLACED;
  return fitsLength(held) ? held : fixedEnds(withSuffix(held, '', isFolder), rules);
}

function fixedEnds(name: string, { ends }: NameRules): string {
  return name.replace(ends, (stretch) => REPLACED.repeat(stretch.length));
}

const encoder = new TextEncoder();

function fitsLength(name: string): boolean {
  if (name.length * 3 <= LONGEST_NAME) return true;
  return name.length <= LONGEST_NAME && encoder.encode(name).length <= LONGEST_NAME;
}

/** What stands before and behind a number that is put into a name. */
interface NameParts {
  readonly stem: string;
  /** With its dot; '' for folders and where what is behind the last dot is no ending. */
  readonly ending: string;
}

const LONGEST_ENDING = 16;

/** The stem is cut to where `spareBytes` more fit. */
export function nameParts(name: string, isFolder: boolean, spareBytes: number): NameParts {
  const dot = isFolder ? -1 : name.lastIndexOf('.');
  const hasEnding = dot > 0 && name.length - dot <= LONGEST_ENDING;
  const ending = hasEnding ? name.slice(dot) : '';
  const most = LONGEST_NAME - spareBytes - encoder.encode(ending).length;
  return { stem: cut(hasEnding ? name.slice(0, dot) : name, most), ending };
}

function withSuffix(name: string, suffix: string, isFolder: boolean): string {
  const { stem, ending } = nameParts(name, isFolder, suffix.length);
  return stem + suffix + ending;
}

/** Whole characters from the start, up to so many UTF-8 bytes (which are never fewer than UTF-16 units). */
function cut(text: string, mostBytes: number): string {
  if (text.length * 3 <= mostBytes) return text;
  const target = new Uint8Array(Math.max(0, mostBytes));
  return text.slice(0, encoder.encodeInto(text, target).read);
}

// HFS+ passes over these when it compares names.
const WITHOUT_WIDTH = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const ASCII = /^\p{ASCII}*$/u;

/**
 * Equal for names that the target may take for one. Coarser than any one system's tables, so that none of them finds two
 * names equal which this tells apart.
 */
export function nameKey(name: string, { foldsCase }: NameRules): string {
  if (!foldsCase) return name;
  if (ASCII.test(name)) return name.toUpperCase();
  const upper = name.replace(WITHOUT_WIDTH, '').toUpperCase().normalize('NFC');
  return upper.toLowerCase().toUpperCase().normalize('NFC');
}

/** The form of a name that Windows makes up for a long one: `LONGNA~1.TXT`. */
export function looksShort(name: string): boolean {
  return /^[^.]{1,6}~[0-9]{1,6}(\.[^.]{0,3})?$/.test(name);
}

/** Windows makes up a short name for all others. */
export function isShort(name: string): boolean {
  return /^[^. ]{1,8}(\.[^. ]{1,3})?$/.test(name) && ASCII.test(name);
}
