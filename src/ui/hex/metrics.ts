/** How the columns of the hex view share the width that the panel has. */

/** Widths in pixels. */
export interface Columns {
  readonly bytesPerRow: 8 | 16;
  /** Width of a space between two bytes; twice before byte 8. */
  readonly gap: number;
  readonly hex: number;
  /** Room beside the text column for the names of fields; 0 where there is none. */
  readonly margin: number;
}

export interface Room {
  /** Of the rows. */
  readonly width: number;
  /** Of one character. */
  readonly character: number;
  readonly digits: number;
  /** Characters that the column of the layers takes. */
  readonly edge: number;
  /** The page is a phone's: eight bytes a row whatever fits. */
  readonly narrow: boolean;
  /** The page is wide enough to say the names of fields beside the rows. */
  readonly wide: boolean;
}

const LEAST_GAP = 0.45;
const LARGEST_GAP = 1.25;
/** Between the hex and the text. */
const BETWEEN = 1.5;
const NAMES = 18;

export function columnsFor(room: Room): Columns {
  const { character, narrow } = room;
  const sixteen = share(room, 16);
  if (narrow || sixteen.gap < LEAST_GAP) return inPixels(share(room, 8), 8, character);
  return inPixels(sixteen, 16, character);
}

/** In characters; a gap below the least one means that the row does not fit. */
function share(room: Room, bytes: 8 | 16): { gap: number; margin: number } {
  const width = room.character > 0 ? room.width / room.character : 0;
  const spare = width - room.digits - room.edge - BETWEEN - bytes * 3;
  const gaps = bytes === 16 ? 16 : 7;
  const margin = room.wide && spare - gaps >= NAMES ? spare - gaps : 0;
  return { gap: (spare - margin) / gaps, margin };
}

function inPixels(
  { gap, margin }: { gap: number; margin: number },
  bytes: 8 | 16,
  character: number,
): Columns {
  const used = Math.min(LARGEST_GAP, Math.max(LEAST_GAP, gap));
  const gaps = bytes === 16 ? 16 : 7;
  return {
    bytesPerRow: bytes,
    gap: used * character,
    hex: (bytes * 2 + gaps * used) * character,
    margin: Math.max(0, margin * character),
  };
}
