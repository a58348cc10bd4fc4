/** Files and links that a reader takes with him. */
import { saveAsDownload } from '../../../engine/client.ts';
import { formatAddress, NOWHERE } from '../../state/address.ts';
import type { ExperimentState, Found } from '../experiment.svelte.ts';
import { csvText, jsonText, pngBlob, svgText } from '../plot/exportFigures.ts';

/** Of the experiment as it is set now. */
export function linkTo({ about, text }: ExperimentState): string {
  const address = formatAddress({ ...NOWHERE, screen: 'experiments', at: about.id, set: text || null });
  return `${location.origin}${location.pathname}${address}`;
}

export type FigureFile = 'csv' | 'json' | 'svg' | 'png';

/** The figures of a run, or the drawing of them; returns the file's name. */
export async function saveFigures(
  kind: FigureFile,
  { about }: ExperimentState,
  found: Found,
  drawing: SVGSVGElement | null,
): Promise<string> {
  const name = `disklab ${about.id} seed ${found.setup.seed}.${kind}`;
  const content = await contentOf(kind, about, found, drawing);
  saveAsDownload(new File([content.data], name, { type: content.type }), name);
  return name;
}

async function contentOf(
  kind: FigureFile,
  about: ExperimentState['about'],
  found: Found,
  drawing: SVGSVGElement | null,
): Promise<{ data: BlobPart; type: string }> {
  const { setup, figures, verdict } = found;
  if (kind === 'csv') return { data: csvText(about, setup, figures), type: 'text/csv' };
  if (kind === 'json')
    return { data: jsonText(about, setup, { figures, verdict }), type: 'application/json' };
  if (!drawing) throw new Error('nothing is drawn');
  if (kind === 'svg') return { data: svgText(drawing), type: 'image/svg+xml' };
  return { data: await pngBlob(drawing), type: 'image/png' };
}
