/** A read that falls through files, newest first: where it stops. For the figure on the first screen. */

export interface FigureFile {
  readonly name: string;
  readonly note: string;
  /** One character a sector; `#` = the file holds it. */
  readonly held: string;
}

export const FIGURE_FILES: readonly FigureFile[] = [
  { name: 'Now', note: 'writes go here', held: '...#............' },
  { name: 'before', note: 'the update', held: '.##.....#....##.' },
  { name: 'clean install', note: '', held: '#...##....##...#' },
  { name: 'base', note: 'the first file', held: '################' },
];

export const FIGURE_SECTORS = 16;

/** The first file from the top that holds the sector. */
export function answeringFile(files: readonly FigureFile[], sector: number): number {
  return files.findIndex(({ held }) => held[sector] === '#');
}

/** What each file says to the read. */
export function replyOf(files: readonly FigureFile[], file: number, sector: number): string {
  const answer = answeringFile(files, sector);
  if (file < answer) return 'not here, ask the parent';
  if (file === answer) return 'held here: this is the answer';
  return files[file]?.held[sector] === '#' ? 'holds it too, is not asked' : 'is not asked';
}
