/** A VHD whose footer was chosen and understood: what its header, where it has one, is then read into. */
import { toHex } from '../../base/bytes.ts';
import type { ImageType } from '../diskImage.ts';
import type { FileWindow } from '../fileWindow.ts';
import type { Finding } from '../finding.ts';
import type { Annotation } from '../struct.ts';
import type { ChosenFooter } from './chooseFooter.ts';
import { dateOfTimeStamp } from './fieldTypes.ts';
import { makerOf } from './maker.ts';
import { guidText } from './uniqueId.ts';

/** What is known once the footer was chosen. */
export interface OpenVhd {
  readonly window: FileWindow;
  readonly chosen: ChosenFooter;
  readonly type: ImageType;
  readonly virtualSizeBytes: number;
  readonly structures: Annotation[];
  readonly findings: Finding[];
}

/** The fields of a `DiskImage` that the footer alone gives. */
export function footerPart(opened: OpenVhd) {
  const { footer } = opened.chosen.chosen;
  const maker = makerOf(footer);
  return {
    file: opened.window.file,
    format: 'vhd',
    type: opened.type,
    id: toHex(footer.uniqueId),
    idText: guidText(footer.uniqueId, maker.idOrder),
    maker,
    modified: dateOfTimeStamp(footer.timeStamp),
  } as const;
}
