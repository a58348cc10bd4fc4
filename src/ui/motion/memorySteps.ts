/** Memory as it came into its file: stretches of pages in their turn, and single ones that a write brought forward. */
import { grouped } from '../../base/units.ts';
import type { SavedOrder } from '../../engine/api.ts';

export interface SavedPages {
  /** In the order in which they were saved; one page where it was intercepted. */
  readonly pages: readonly number[];
  readonly intercepted: boolean;
}

export interface MemoryMotion {
  readonly moves: readonly SavedPages[];
  readonly words: readonly string[];
}

/** More interceptions than this are told together with their neighbours. */
const MOST_MOVES = 40;

export function memoryMotion({ pages, intercepted, pageCount }: SavedOrder): MemoryMotion {
  const all = movesOf(pages, intercepted);
  const moves = all.length <= MOST_MOVES ? all : joined(all, Math.ceil(all.length / MOST_MOVES));
  const zero = pageCount - pages.length;
  const words = moves.map((move) => wordsOf(move));
  return {
    moves: [{ pages: [], intercepted: false }, ...moves],
    words: [
      `The machine runs on while its ${grouped(pageCount)} pages are saved${zero > 0 ? `; ${grouped(zero)} of them hold only zeros and need no room` : ''}.`,
      ...words,
    ],
  };
}

function movesOf(pages: Uint32Array, intercepted: Uint8Array): SavedPages[] {
  const moves: { pages: number[]; intercepted: boolean }[] = [];
  pages.forEach((page, i) => {
    const isEarly = intercepted[i] === 1;
    const before = moves.at(-1);
    if (before && !isEarly && !before.intercepted) before.pages.push(page);
    else moves.push({ pages: [page], intercepted: isEarly });
  });
  return moves;
}

/** So many moves in a row as one; one among them that was intercepted makes it so. */
function joined(moves: readonly SavedPages[], size: number): SavedPages[] {
  const all: SavedPages[] = [];
  for (let i = 0; i < moves.length; i += size) {
    const part = moves.slice(i, i + size);
    all.push({ pages: part.flatMap(({ pages }) => pages), intercepted: part.some((one) => one.intercepted) });
  }
  return all;
}

function wordsOf({ pages, intercepted }: SavedPages): string {
  const [page = 0] = pages;
  if (intercepted && pages.length === 1)
    return `The guest is about to write to page ${grouped(page)}, which is not saved yet: the old page is saved first, then the write goes through.`;
  const count = pages.length === 1 ? 'One page is' : `${grouped(pages.length)} pages are`;
  const among = intercepted ? ', some of them early because the guest wrote to them' : ' in their turn';
  return `${count} saved${among}.`;
}
