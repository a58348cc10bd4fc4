/** `info FILE`: what one file is, by its own words and beside its neighbours. */
import { dateText, grouped, sizeText } from '../../base/units.ts';
import type { FileView, OtherFileView } from '../../engine/api.ts';
import type { CallOf } from '../call.ts';
import type { Io } from '../io.ts';
import { findingRecords, hasErrors, namesOf, parentRecord } from '../records.ts';
import { Session } from '../session.ts';
import { findingLines, jsonText, printable, table } from '../text.ts';

type InfoCall = CallOf<'info'>;

export async function infoCommand(call: InfoCall, io: Io): Promise<boolean> {
  const { session, targets } = await Session.open(io, [call.file], call, false);
  try {
    for (const given of targets) {
      const { view: bare, other } = session.target(given);
      const view = bare && (await session.withTable(bare));
      if (view) await io.out(call.json ? jsonText(diskRecord(session, view)) : diskText(session, view));
      else if (other)
        await io.out(call.json ? jsonText(otherInfo(session, other)) : otherText(session, other));
      return view === null || hasErrors(view);
    }
    return true;
  } finally {
    await session.close();
  }
}

function diskRecord(session: Session, view: FileView) {
  return {
    format: view.format,
    type: view.type,
    virtualSizeBytes: view.virtualSizeBytes,
    blockSizeBytes: view.blockSizeBytes,
    id: view.rawId === '' ? null : view.rawId,
    creator: view.maker?.creator ?? null,
    parent: parentRecord(session, view, session.view().files),
    findings: findingRecords(session, view),
    path: session.shown(view.path),
    idText: view.idText,
    creatorVersion: view.maker?.version ?? null,
    looksLike: view.maker?.looksLike ?? null,
    modified: view.modifiedMs === null ? null : new Date(view.modifiedMs).toISOString(),
    fileSizeBytes: view.sizeBytes,
  };
}

function otherInfo(session: Session, other: OtherFileView) {
  return {
    format: other.format,
    type: null,
    virtualSizeBytes: null,
    blockSizeBytes: null,
    id: null,
    creator: null,
    parent: null,
    findings: findingRecords(session, other),
    path: session.shown(other.path),
    fileSizeBytes: other.sizeBytes,
  };
}

function diskText(session: Session, view: FileView): string {
  const size = (bytes: number) => `${sizeText(bytes)} (${grouped(bytes)} bytes)`;
  const rows: [string, string][] = [
    ['file', printable(session.shown(view.path))],
    ['format', view.format === 'raw' ? 'raw image' : `${view.format.toUpperCase()}, ${view.type}`],
    ['disk', size(view.virtualSizeBytes)],
    ['file size', size(view.sizeBytes)],
  ];
  if (view.blockSizeBytes !== null) rows.push(['blocks', blocksText(view, view.blockSizeBytes)]);
  if (view.rawId !== '') rows.push(['id', `${view.idText}  (raw ${view.rawId})`]);
  if (view.maker) {
    const { creator, version, looksLike } = view.maker;
    rows.push(['maker', printable(`${looksLike}; creator “${creator}” ${version}`)]);
  }
  if (view.modifiedMs !== null) rows.push(['time stamp', dateText(new Date(view.modifiedMs))]);
  if (view.type === 'differencing') rows.push(...parentRows(session, view));
  const findings = view.findings.flatMap(findingLines);
  return `${[...table(rows), ...(findings.length > 0 ? ['', ...findings] : [])].join('\n')}\n`;
}

function blocksText({ blocks }: FileView, blockSizeBytes: number): string {
  if (!blocks) return sizeText(blockSizeBytes);
  const { allocated, total, strideSectors, aligned4k } = blocks;
  const stride = strideSectors === null ? '' : `, one every ${grouped(strideSectors)} sectors`;
  const aligned = allocated === 0 ? '' : aligned4k ? ', aligned to 4 KiB' : ', not aligned to 4 KiB';
  return `${grouped(allocated)} of ${grouped(total)} held, ${sizeText(blockSizeBytes)} each${stride}${aligned}`;
}

function parentRows(session: Session, view: FileView): [string, string][] {
  const { files } = session.view();
  const pathOf = (id: number | null) => {
    const file = files.find((each) => each.id === id);
    return file ? printable(session.shown(file.path)) : null;
  };
  const found = pathOf(view.parent);
  const how = view.link === 'by-hand' ? 'pointed at by hand' : 'found by its id';
  const rows: [string, string][] = [
    ['parent', found ? `${found}, ${how}` : 'not found'],
    ['parent id', view.seeks?.idText ?? ''],
    ...namesOf(view.seeks).map((name): [string, string] => ['parent name', printable(name)]),
  ];
  for (const { file, reasons } of view.candidates) {
    rows.push(['likely', `${pathOf(file)}: ${printable(reasons.join(' '))}`]);
  }
  return rows;
}

function otherText(session: Session, other: OtherFileView): string {
  const rows = [
    ['file', printable(session.shown(other.path))],
    ['format', other.format === 'unknown' ? 'not recognised' : `${other.format.toUpperCase()}, not readable`],
    ['file size', sizeText(other.sizeBytes)],
  ];
  return `${[...table(rows), '', ...other.findings.flatMap(findingLines)].join('\n')}\n`;
}
