/** Disks of the Files tests that no maker made: a picture, names that lead elsewhere, more than is listed in a moment. */
import { deflateSync } from 'node:zlib';
import { crc32 } from '../../../src/base/checksum.ts';
import { ExfatBuilder, labelEntry } from '../../support/exfatBuilder.ts';
import { ScaleVolume } from '../../support/ntfsScale.ts';
import { NTFS_ROOT } from '../../support/ntfsWriter.ts';
import { buildVolumeChain, type VolumeChain } from '../../support/volumeChain.ts';

const GIB = 2 ** 30;

/** One point: the volume begins at the disk's first sector. */
function chainOf({ content }: ExfatBuilder): VolumeChain {
  const sizeBytes = Math.ceil(content.sizeBytes / 512) * 512;
  return buildVolumeChain({ diskBytes: sizeBytes, states: [content.held().map(cutTo(sizeBytes))] });
}

const cutTo = (sizeBytes: number) => (piece: { offset: number; bytes: Uint8Array }) => ({
  offset: piece.offset,
  bytes: piece.bytes.subarray(0, Math.max(0, sizeBytes - piece.offset)),
});

/** A picture of two points, red and blue. PNG, 5.1 to 5.6. */
function tinyPng(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const whole = Buffer.alloc(named.length + 8);
    whole.writeUInt32BE(data.length);
    named.copy(whole, 4);
    whole.writeUInt32BE(crc32(named), named.length + 4);
    return whole;
  };
  const header = Buffer.from([0, 0, 0, 2, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  const points = deflateSync(Buffer.from([0, 255, 0, 0, 0, 0, 255]));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', points),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export function pictureDisk(): { chain: VolumeChain; png: Buffer; text: string } {
  const png = tinyPng();
  const text = 'first line <b>not bold</b>\nsecond line\n';
  const volume = new ExfatBuilder();
  volume.writeRoot(
    labelEntry('PICTURES'),
    volume.file('dot.png', png),
    volume.file('note.txt', Buffer.from(text)),
  );
  return { chain: chainOf(volume), png, text };
}

const EVIL = ['..\\..\\evil.txt', '../../evil.txt', '..', 'C:evil.txt', 'con.txt', 'dot at the end.', '<b>'];

/** `plain.txt` beside names that lead elsewhere or that no folder takes; what is in each says its name. */
export function hostileNames(): { chain: VolumeChain; evil: readonly string[] } {
  const volume = new ExfatBuilder();
  const files = ['plain.txt', ...EVIL].map((name) => volume.file(name, Buffer.from(`in ${name}`)));
  volume.writeRoot(labelEntry('HOSTILE'), ...files);
  return { chain: chainOf(volume), evil: EVIL };
}

/** Sixty thousand files, one of them large and nowhere written. */
export function largeVolume(): { chain: VolumeChain; bigBytes: number } {
  const bigBytes = 6 * GIB;
  const scale = new ScaleVolume({ seed: 5, folders: 600, files: 60_000, spareBytes: bigBytes + GIB });
  const { volume } = scale;
  const count = bigBytes / volume.clusterBytes;
  const runs = [{ cluster: volume.allocate(count), count }];
  const time = Date.UTC(2024, 1, 1);
  volume.file(NTFS_ROOT, 'big.bin', time, { sizeBytes: bigBytes, runs });
  volume.file(NTFS_ROOT, 'small.txt', time, Buffer.from('still here'));
  return {
    chain: buildVolumeChain({ diskBytes: scale.sizeBytes, states: [volume.pieces()] }),
    bigBytes,
  };
}
