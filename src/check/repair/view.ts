/** The file as far as it is mended already: what is looked at next is read as it will be. */
import { viewOf } from '../../base/bytes.ts';
import { HEADER_BYTES, headerChecksum, headerStruct } from '../../formats/vhd/dynamicDiskHeader.ts';
import { FOOTER_BYTES, footerChecksum, footerStruct } from '../../formats/vhd/footer.ts';
import type { Patch } from '../../storage/patch.ts';
import type { Draft } from './draft.ts';
import { type FooterDraft, takesCopy } from './footers.ts';
import type { HeaderDraft } from './header.ts';

export function draftView(draft: Draft, footers: FooterDraft, header: HeaderDraft | null): Patch {
  const changes: { offset: number; before: Uint8Array; after: Uint8Array }[] = [];
  const add = (offset: number, after: Uint8Array) => changes.push({ offset, before: after, after });
  if (footers.frozen === null) {
    const footer = footers.wanted.bytes.slice(0, FOOTER_BYTES);
    viewOf(footer).setUint32(footerStruct.offsetOf('checksum'), footerChecksum(footer));
    if (takesCopy(footers)) add(0, footer);
    if (footers.end) add(footers.end.offset, footer.subarray(0, footers.end.lengthBytes));
  }
  if (header && !header.isDoubtful) {
    const bytes = header.wanted.bytes.slice(0, HEADER_BYTES);
    viewOf(bytes).setUint32(headerStruct.offsetOf('checksum'), headerChecksum(bytes));
    add(header.offset, bytes);
  }
  changes.sort((a, b) => a.offset - b.offset);
  return { sizeBefore: draft.sizeBefore, sizeAfter: draft.sizeBefore, changes };
}
