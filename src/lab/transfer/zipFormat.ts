/** A machine's file in a ZIP: always deflated, its sizes known in its header. APPNOTE 4.3.7, 4.3.12. */
import * as zip from '../../filesystems/out/zipFormat.ts';

export { directoryEnd } from '../../filesystems/out/zipFormat.ts';

export type ZipEntry = Pick<zip.ZipEntry, 'crc' | 'sizeBytes' | 'packedBytes' | 'offset'> & {
  readonly name: string;
};

/** Its length depends on name, date and size alone: it is written again when the rest is known. */
export function localHeader(entry: ZipEntry, made: Date): Uint8Array {
  return zip.localHeader(deflated(entry, made));
}

export function centralHeader(entry: ZipEntry, made: Date): Uint8Array {
  return zip.centralHeader(deflated(entry, made));
}

function deflated({ name, ...figures }: ZipEntry, made: Date): zip.ZipEntry {
  return {
    ...figures,
    name: new TextEncoder().encode(name),
    isFolder: false,
    modifiedMs: made.getTime(),
    // A machine's clock has no zone.
    hasExactTime: false,
    method: zip.DEFLATED,
    hasDescriptor: false,
    isLarge: figures.sizeBytes >= zip.LARGE_BYTES,
  };
}
