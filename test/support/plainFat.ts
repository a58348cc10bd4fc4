/** A FAT16 volume read the slow and obvious way, and everything that is wrong with it: independent of the program's own. */
import type { GuestDisk } from './guestDisk.ts';

export interface PlainFat {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Cross-links, broken and overlong chains of files; clusters that nobody owns are none of these. */
  readonly troubles: readonly string[];
}

export function plainFat(disk: GuestDisk): PlainFat {
  const record = Buffer.from(disk.bytes(0, 1));
  const first = record.readUInt32LE(446 + 8);
  const boot = Buffer.from(disk.bytes(first, 1));
  const [perCluster, reserved, copies] = [boot[13] ?? 0, boot.readUInt16LE(14), boot[16] ?? 0];
  const [rootEntries, fatSectors] = [boot.readUInt16LE(17), boot.readUInt16LE(22)];
  const fat = Buffer.from(disk.bytes(first + reserved, fatSectors));
  const rootFirst = first + reserved + copies * fatSectors;
  const root = Buffer.from(disk.bytes(rootFirst, rootEntries / 16));
  const dataFirst = rootFirst + rootEntries / 16;
  const files = new Map<string, Uint8Array>();
  const troubles: string[] = [];
  const owner = new Map<number, string>();
  for (let slot = 0; slot < rootEntries; slot++) {
    const entry = root.subarray(slot * 32, slot * 32 + 32);
    if (entry[0] === 0) break;
    if (entry[0] === 0xe5 || ((entry[11] ?? 0) & 0x08) !== 0) continue;
    const name = `${entry.toString('latin1', 0, 8).trimEnd()}.${entry.toString('latin1', 8, 11).trimEnd()}`;
    const size = entry.readUInt32LE(28);
    const parts: Uint8Array[] = [];
    let cluster = entry.readUInt16LE(26);
    for (let at = 0; at < size; at += perCluster * 512) {
      if (cluster < 2 || cluster >= 0xfff0) {
        troubles.push(`${name} breaks off at ${at} of ${size}`);
        break;
      }
      const other = owner.get(cluster);
      if (other !== undefined) troubles.push(`${name} and ${other} share cluster ${cluster}`);
      owner.set(cluster, name);
      parts.push(disk.bytes(dataFirst + (cluster - 2) * perCluster, perCluster));
      cluster = fat.readUInt16LE(cluster * 2);
    }
    if (files.has(name)) troubles.push(`${name} is there twice`);
    files.set(name, Buffer.concat(parts).subarray(0, size));
  }
  return { files, troubles };
}

/** The partition as an image of its own. */
export function partitionBytes(disk: GuestDisk): Uint8Array {
  const record = Buffer.from(disk.bytes(0, 1));
  return disk.bytes(record.readUInt32LE(446 + 8), record.readUInt32LE(446 + 12));
}
